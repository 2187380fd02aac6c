#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/flit/config.h"
#include "vtpu/net/flit/simulator.h"
#include "vtpu/net/flit/steady_statistics.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/bernoulli_sources.h"
#include "vtpu/net/workload/steady.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/net/workload/watch.h"

namespace vtpu::net::flit {

/// Duration and load of a steady-state run. It warms up until the mean latencies of two consecutive periods differ by
/// less than a twentieth, measures, and then continues until every packet created during the measurement is delivered.
struct SteadyPlan {
  double offered = 0.1;        ///< flits/chip/cycle, 0..1, for a chip at the traffic's full rate
  int period = 1000;           ///< cycles per batch, ≥ 1
  int warm_up = 3;             ///< minimum number of periods, ≥ 1
  int warm_up_limit = 60;      ///< maximum number of periods; not steady by then means saturated
  int batches = 20;            ///< measured periods, ≥ 2
  double latency_limit = 500;  ///< in cycles; a larger mean latency, without that of links, means saturated
};

/// Error: the value that is out of range, or a traffic pattern for another number of chips.
Result<void> check(const SteadyPlan& plan, const Network& network, const workload::Traffic& traffic);

/// Latency and accepted load at one offered load. Saturation is a result, not an error; `accepted` is then the load
/// delivered once throughput has settled. Latency runs from creation (including the wait in the
/// source's queue) to delivery of the last flit. A packet to its own chip crosses its router but no link. Error: a
/// configuration out of range; two chips that the routing does not connect; a deadlock, with the virtual channels that
/// wait for each other; a watcher that stops the run.
template <routing::Routing R>
Result<workload::SteadyState> run_steady_state(const Network& network, const R& routing,
                                               const workload::Traffic& traffic, const Config& config,
                                               const SteadyPlan& plan, const workload::Watch& watch = {});

/// Runs a steady state, in parts.
template <routing::Routing R>
class SteadyRunner {
 public:
  SteadyRunner(const Network& network, const R& routing, const workload::Traffic& traffic, const Config& config,
               const SteadyPlan& plan, const workload::Watch& watch);
  Result<workload::SteadyState> run();

 private:
  /// Deliveries of a period.
  struct Period {
    std::uint64_t packets = 0;
    double latency = 0;  // sum
    double mean() const { return packets == 0 ? 0 : latency / static_cast<double>(packets); }
    std::uint64_t hops = 0;  // sum
    double mean_hops() const { return packets == 0 ? 0 : static_cast<double>(hops) / static_cast<double>(packets); }
  };

  Result<void> step();
  /// Skips cycles without work, at most to `limit`.
  void skip_idle(std::uint64_t limit);
  /// Whether a mean latency is above the limit.
  bool too_long(double latency, double hops) const {
    return latency - hops * static_cast<double>(link_cycles_) > plan_.latency_limit;
  }
  Result<Period> period();
  Result<bool> warm_up();
  Result<void> measure(bool stable, workload::SteadyState& state);
  /// Returns true if every measured packet was delivered in time.
  Result<bool> follow_measured();
  std::vector<std::uint64_t> flits_by_channel() const;
  void deliver(const Delivery& packet);

  const Network& network_;
  const R& routing_;
  Config config_;
  SteadyPlan plan_;
  const workload::Watch& watch_;
  std::uint64_t link_cycles_;
  Simulator<R> simulator_;
  workload::BernoulliSources sources_;
  std::optional<SteadyStatistics> statistics_;  // set while packets are measured
  std::uint64_t measured_started_ = 0;
  std::uint64_t measured_delivered_ = 0;
  std::uint64_t flits_delivered_ = 0;
  Period period_;
  int periods_ = 0;
};

template <routing::Routing R>
SteadyRunner<R>::SteadyRunner(const Network& network, const R& routing, const workload::Traffic& traffic,
                              const Config& config, const SteadyPlan& plan, const workload::Watch& watch)
    : network_(network),
      routing_(routing),
      config_(config),
      plan_(plan),
      watch_(watch),
      link_cycles_(config.most_link_cycles(network)),
      simulator_(network, routing, config),
      sources_(traffic, plan.offered, config.packet_flits, Random(config.seed)) {}

template <routing::Routing R>
void SteadyRunner<R>::deliver(const Delivery& packet) {
  const std::uint64_t now = simulator_.now();
  flits_delivered_ += static_cast<std::uint64_t>(packet.flits);
  ++period_.packets;
  period_.latency += static_cast<double>(now - packet.created);
  period_.hops += static_cast<std::uint64_t>(packet.hops);
  if (!statistics_ || !statistics_->measures(packet.created)) return;
  statistics_->add(packet, now);
  ++measured_delivered_;
}

template <routing::Routing R>
Result<void> SteadyRunner<R>::step() {
  simulator_.receive([this](const Delivery& packet) { deliver(packet); });
  const std::uint64_t now = simulator_.now();
  const IndexedVector<Chip, std::uint64_t>& next = sources_.next();
  for (const Chip chip : next.indices()) {
    if (next[chip] > now) continue;
    if (!simulator_.source_free(chip)) continue;
    const Chip destination = sources_.draw_destination(chip);
    if (!routing_.reaches(chip, destination)) return no_path(routing_.name(), network_.names(), chip, destination);
    if (statistics_ && statistics_->measures(next[chip])) ++measured_started_;
    simulator_.start(chip, destination, config_.packet_flits, next[chip], 0, sources_.random(chip));
    sources_.advance(chip);
  }
  simulator_.advance();
  if (std::optional<Error> deadlock = simulator_.find_deadlock()) return *std::move(deadlock);
  return {};
}

template <routing::Routing R>
void SteadyRunner<R>::skip_idle(std::uint64_t limit) {
  if (!simulator_.can_skip() && link_cycles_ == 0) return;
  // A chip that is still sending starts its next packet when it has finished.
  for (const Chip chip : sources_.next().indices())
    if (simulator_.source_free(chip)) limit = std::min(limit, sources_.next()[chip]);
  if (simulator_.can_skip())
    simulator_.skip_to(std::max(simulator_.now(), limit));
  else
    simulator_.skip_waiting(limit);
}

template <routing::Routing R>
auto SteadyRunner<R>::period() -> Result<Period> {
  constexpr std::uint64_t kWatchInterval = 1 << 14;  // steps
  period_ = {};
  const std::uint64_t begin = simulator_.now();
  const std::uint64_t end = begin + static_cast<std::uint64_t>(plan_.period);
  const auto go_on = [&] {
    const double part = static_cast<double>(simulator_.now() - begin) / plan_.period;
    return !watch_ || watch_(std::min((periods_ + part) / (plan_.warm_up + plan_.batches), 1.0));
  };
  for (std::uint64_t steps = 1; simulator_.now() < end; ++steps) {
    if (const Result<void> stepped = step(); !stepped) return stepped.error();
    skip_idle(end);
    if (steps % kWatchInterval == 0 && simulator_.now() < end && !go_on()) return stopped(simulator_.now());
  }
  if (!go_on()) return stopped(simulator_.now());
  ++periods_;
  return period_;
}

template <routing::Routing R>
Result<bool> SteadyRunner<R>::warm_up() {
  double previous = 0;
  for (int done = 1; done <= plan_.warm_up_limit; ++done) {
    const Result<Period> now = period();
    if (!now) return now.error();
    const double mean = now->mean();
    if (too_long(mean, now->mean_hops())) return false;
    if (done >= plan_.warm_up && std::abs(mean - previous) <= 0.05 * mean) return true;
    previous = mean;
  }
  return false;
}

template <routing::Routing R>
std::vector<std::uint64_t> SteadyRunner<R>::flits_by_channel() const {
  std::vector<std::uint64_t> flits;
  for (const Channel channel : network_.channels())
    flits.push_back(simulator_.network().flits_over(network_.source(channel), network_.port(channel)));
  return flits;
}

template <routing::Routing R>
Result<void> SteadyRunner<R>::measure(bool stable, workload::SteadyState& state) {
  if (!stable) {  // gives a collapsing throughput time to settle
    for (int batch = 0; batch < plan_.batches; ++batch)
      if (const Result<Period> settled = period(); !settled) return settled.error();
  }
  if (stable) statistics_.emplace(simulator_.now(), plan_.period, plan_.batches);
  const std::uint64_t delivered_before = flits_delivered_;
  const std::vector<std::uint64_t> flits_before = flits_by_channel();
  for (int batch = 0; batch < plan_.batches; ++batch)
    if (const Result<Period> measured = period(); !measured) return measured.error();

  const double cycles = static_cast<double>(plan_.period) * plan_.batches;
  state.accepted = static_cast<double>(flits_delivered_ - delivered_before) / (cycles * network_.chip_count());
  state.channel_load.clear();
  const std::vector<std::uint64_t> flits_after = flits_by_channel();
  for (std::size_t channel = 0; channel < flits_after.size(); ++channel)
    state.channel_load.push_back(static_cast<double>(flits_after[channel] - flits_before[channel]) / cycles);
  return {};
}

template <routing::Routing R>
Result<bool> SteadyRunner<R>::follow_measured() {
  constexpr std::uint64_t kLongPath = 64;  // links
  const std::uint64_t limit = simulator_.now() + static_cast<std::uint64_t>(20 * plan_.latency_limit) +
                              kLongPath * link_cycles_ +
                              static_cast<std::uint64_t>(plan_.period) * static_cast<std::uint64_t>(plan_.batches);
  while (measured_delivered_ < measured_started_ || !sources_.all_taken_before(statistics_->end())) {
    if (simulator_.now() >= limit) return false;
    if (const Result<void> stepped = step(); !stepped) return stepped.error();
    skip_idle(limit);
  }
  return true;
}

template <routing::Routing R>
Result<workload::SteadyState> SteadyRunner<R>::run() {
  workload::SteadyState state;
  state.offered = plan_.offered;
  const Result<bool> steady = warm_up();
  if (!steady) return steady.error();
  state.saturated = !*steady;
  if (const Result<void> measured = measure(*steady, state); !measured) return measured.error();
  if (*steady) {
    const Result<bool> followed = follow_measured();
    if (!followed) return followed.error();
    statistics_->report(state);
    state.saturated = !*followed || statistics_->growing() || (state.latency && too_long(*state.latency, *state.hops));
    state.stable = !state.saturated && statistics_->enough();
    // It looked steady but has saturated. Measures again, for the throughput at which it settles.
    if (state.saturated)
      if (const Result<void> measured = measure(false, state); !measured) return measured.error();
  }
  state.cycles = simulator_.now();
  state.flit_hops = simulator_.flit_hops();
  if (const Result<void> drained = simulator_.drain([](const Delivery&) {}); !drained) return drained.error();
  return state;
}

template <routing::Routing R>
Result<workload::SteadyState> run_steady_state(const Network& network, const R& routing,
                                               const workload::Traffic& traffic, const Config& config,
                                               const SteadyPlan& plan, const workload::Watch& watch) {
  if (const Result<void> fits = check(config, network, routing.vc_classes()); !fits) return fits.error();
  if (const Result<void> fits = check(plan, network, traffic); !fits) return fits.error();
  return SteadyRunner<R>(network, routing, traffic, config, plan, watch).run();
}

}  // namespace vtpu::net::flit
