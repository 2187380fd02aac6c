#include "vtpu/scenario/run.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/net/routing/analysis.h"
#include "vtpu/scenario/curve.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/routes.h"
#include "vtpu/scenario/simulate.h"
#include "vtpu/scenario/subject.h"
#include "vtpu/scenario/work.h"

namespace vtpu::scenario {
namespace {

/// All settings that affect the results, including defaults.
std::vector<std::pair<std::string, std::string>> settings_of(const Scenario& scenario) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const Key& key : keys())
    if (bears_on_run(key) && has_meaning(key, scenario) && has_effect(key, scenario, level_of(scenario)))
      settings.emplace_back(key.full(), value_text(key, scenario));
  return settings;
}

/// The level and its parameters as text.
std::string simulator_text(const Scenario& scenario, Level level) {
  const auto& simulation = scenario.simulation;
  if (level == Level::flow) return "flow level, max-min fair shares";
  if (level == Level::packet)
    return fmt::format("packet level, packets of {} bytes, {} per virtual channel, {} ns per router, seed {}",
                       simulation.packet_bytes.count, simulation.buffer_packets, simulation.router_ns, simulation.seed);
  const std::string flits =
      fmt::format("flit level, {} flits per virtual channel, seed {}", simulation.buffer_flits, simulation.seed);
  if (scenario.has_workload()) return flits + fmt::format(", flits of {} bytes", simulation.flit_bytes.count);
  return flits + fmt::format(", {} batches of {} cycles", simulation.batches, simulation.period_cycles);
}

Result<Subject> build(const Scenario& scenario) {
  if (const auto right = check(scenario); !right) return right.error();
  return build_subject(scenario);
}

Report inspected(const Scenario& scenario, const Subject& subject, const Result<AnyRouting>& routing,
                 const net::workload::Watch& watch) {
  Report report;
  report.settings = settings_of(scenario);
  report.network = facts_of(subject, watch);
  report.level = level_of(scenario);
  report.simulator = simulator_text(scenario, report.level);
  report.nodes = node_rows(subject);
  report.links = link_rows(subject);
  if (!routing) {
    report.refusal = routing.error();
    return report;
  }
  report.routing = facts_of(scenario, subject, *routing);
  report.ties = ties_text(scenario, subject, *routing);
  if (const auto right = check_routing(scenario, subject, *routing, report.routing); !right)
    report.refusal = right.error();
  return report;
}

/// Stores the loads of channels in the rows of links, as values and as shares of capacity, where these exist.
template <class Utilisation>
void fill_loads(const Subject& subject, const std::vector<double>& by_channel, Utilisation utilisation,
                std::vector<LinkRow>& rows) {
  std::size_t row = 0;
  for (const net::Channel channel : subject.whole.channels()) {
    if (!subject.whole.attached(channel)) continue;
    rows[row].load = by_channel[static_cast<std::size_t>(channel.value())];
    rows[row].utilisation = rows[row].failed ? std::optional<double>(0.0) : utilisation(channel, *rows[row].load);
    ++row;
  }
}

/// The part of a traffic that can reach its destination.
struct Reachable {
  net::workload::Traffic traffic;
  double rate = 1;  ///< of the busiest source, which `traffic` normalises to 1
  double lost = 0;  ///< share of the offered load
};

Result<Reachable> reachable_part(const Setup& setup, const net::workload::Traffic& all) {
  constexpr std::size_t kMostDemands = std::size_t{1} << 24;  // they take a gigabyte
  std::vector<net::workload::Demand> demands;
  bool too_many = false;
  double offered = 0, kept = 0, busiest = 0;
  std::visit(
      [&](const auto& routing) {
        for (const net::Chip source : index_range<net::Chip>(all.chip_count())) {
          double sum = 0;
          all.for_each_destination(source, [&](net::Chip destination, double probability) {
            offered += all.rate(source) * probability;
            too_many = too_many || demands.size() == kMostDemands;
            if (too_many) return;
            const bool dead = source == destination && setup.subject.failed.node(source);
            if (dead || !routing.reaches(source, destination)) return;
            demands.push_back({source, destination, all.rate(source) * probability});
            sum += all.rate(source) * probability;
          });
          kept += sum;
          busiest = std::max(busiest, sum);
        }
      },
      setup.routing);
  if (too_many)
    return Error{setup.scenario.where("traffic.pattern"),
                 fmt::format("found more than {} pairs of chips, on a network with failures", kMostDemands),
                 "a pattern with fewer pairs, such as permutation, a smaller network, or no failures"};
  if (kept == 0)
    return Error{setup.scenario.where("traffic.pattern"), "found traffic that cannot reach any destination",
                 "a network that leaves a path"};
  const auto traffic = net::workload::Traffic::matrix(all.chip_count(), demands);
  if (!traffic) return traffic.error();
  return Reachable{*traffic, busiest, 1 - kept / offered};
}

/// Sets the ideal throughput, or the reason why it is not computed. `rate`: of the busiest source, which `traffic`
/// normalises to 1. `fastest`: the bandwidth of the fastest link.
void find_ideal_throughput(const Setup& setup, const net::workload::Traffic& traffic, double rate, double fastest,
                           CurveFacts& facts) {
  constexpr int kMostPairsOf = 1024;
  constexpr int kMostOfValiant = 128;  // each pair has a path through every chip
  const net::Network& network = setup.subject.network;
  const int most = std::holds_alternative<net::routing::Valiant>(setup.routing) ? kMostOfValiant : kMostPairsOf;
  if (network.chip_count() > most) {
    facts.no_ideal_throughput = fmt::format("with this routing only for at most {} chips", most);
    return;
  }
  const IndexedVector<net::Channel, double> expected = std::visit(
      [&](const auto& routing) { return net::routing::expected_load(network, routing, traffic); }, setup.routing);
  if (std::any_of(expected.begin(), expected.end(), [](double load) { return load > 0; }))
    facts.ideal_throughput = net::routing::ideal_throughput(network, expected) / rate *
                             network.link_kinds().front().bandwidth_gbytes_per_s / fastest;
  else
    facts.no_ideal_throughput = "the traffic crosses no link";
}

/// Checks that the warm-up of three periods is longer than the links of a path take. Error: a shorter period.
Result<void> check_period(const Setup& setup, const NetworkFacts& facts, Level level) {
  const double hops = facts.diameter.value_or(16);
  const double least = std::ceil(cycles_of_links(setup, level) * hops / 3);
  const auto period = static_cast<double>(setup.scenario.simulation.period_cycles);
  if (period >= least) return {};
  return Error{setup.scenario.where("simulation.period_cycles"),
               fmt::format("found {} with links whose latency is {:.0f} cycles", period, cycles_of_links(setup, level)),
               fmt::format("at least {:.0f}, for packets to arrive during the warm-up", least)};
}

Result<Outcome> run_traffic(const Setup& setup, Outcome outcome, const net::workload::Watch& watch) {
  const Scenario& scenario = setup.scenario;
  const net::Network& network = setup.subject.network;
  Report& report = outcome.report;
  if (const auto long_enough = check_period(setup, report.network, report.level); !long_enough)
    return long_enough.error();
  const auto all = build_traffic(scenario, setup.subject);
  if (!all) return all.error();
  Reachable reachable{*all};
  // Pairs may also be unreachable where they were not counted; a pattern without a path is then an error of the run.
  if (report.network.unreachable_pairs.value_or(0) > 0 || setup.subject.failed.any()) {
    auto part = reachable_part(setup, *all);
    if (!part) return part.error();
    reachable = std::move(*part);
  }
  CurveFacts facts;
  facts.traffic = all->name();
  facts.packet_flits = static_cast<int>(scenario.traffic.packet_flits);
  facts.lost_share = reachable.lost;
  double fastest = 0;  // its bandwidth is one flit per cycle, or one packet per slot
  for (const net::LinkModel& kind : network.link_kinds()) fastest = std::max(fastest, kind.bandwidth_gbytes_per_s);
  find_ideal_throughput(setup, reachable.traffic, reachable.rate, fastest, facts);
  const auto point = [&](double load, const net::workload::Watch& mine) {
    const double rate = load * reachable.rate;
    auto found = report.level == Level::flit ? flit_point(setup, reachable.traffic, rate, mine)
                                             : packet_point(setup, reachable.traffic, rate, mine);
    if (found) found->offered = load;
    return found;
  };
  auto curve = run_curve(scenario.traffic.loads, static_cast<int>(scenario.simulation.threads), point, watch);
  if (!curve) return curve.error();
  report.interrupted = curve->interrupted;
  for (const net::workload::SteadyState& each : curve->points) outcome.cost.hops += static_cast<double>(each.flit_hops);
  outcome.cost.hop_name = "flit-hops";
  facts.points = std::move(curve->points);
  if (!facts.points.empty()) {
    const net::workload::SteadyState* shown = &facts.points.front();
    for (const net::workload::SteadyState& each : facts.points)
      if (each.stable) shown = &each;
    report.load_at = shown->offered;
    report.load_unit = report.level == Level::flit ? "flits/cycle" : "packets/slot";
    fill_loads(
        setup.subject, shown->channel_load,
        [&](net::Channel channel, double load) {
          return std::optional(load * fastest / network.link(channel).bandwidth_gbytes_per_s);
        },
        report.links);
  }
  report.curve = std::move(facts);
  return outcome;
}

Result<Finished> finish_messages(const Setup& setup, Level level, const net::workload::Workload& workload,
                                 const net::workload::Watch& watch) {
  switch (level) {
    case Level::flow: return finish_by_flows(setup, workload, watch);
    case Level::packet: return finish_by_packets(setup, workload, watch);
    default: return finish_by_flits(setup, workload, watch);
  }
}

Result<Finished> finish(const Setup& setup, Level level, const net::workload::Watch& watch, const NetworkFacts& facts,
                        std::vector<Bound>& bounds) {
  const Scenario& scenario = setup.scenario;
  if (const auto right = check_sum(scenario, setup.subject.network.chip_count()); !right) return right.error();
  const std::optional<int> diameter = facts.diameter;
  const auto first = build_first_chip(scenario, setup.subject);
  if (first) bounds = bounds_of(scenario, setup.subject, diameter, first->messages, {}, first->bytes);
  if (first && level == Level::flow && first->good_enough()) {
    bool stopped = false;
    const net::workload::Watch noticing = [&](double done) { return !(stopped = watch && !watch(done)); };
    auto finished = finish_alike_by_flows(setup, *first, noticing);
    if (finished || stopped) return finished;  // otherwise the routing does not treat all chips alike
  }
  // The bounds exclude lost messages, which takes the list of messages when there are any.
  if (level == Level::packet && scenario.workload.kind == WorkloadKind::all_to_all && facts.unreachable_pairs == 0U)
    return all_to_all_by_packets(setup, scenario.workload.bytes_per_pair.count, watch);
  const auto workload = build_workload(scenario, setup.subject);
  if (!workload) return workload.error();
  auto finished = finish_messages(setup, level, *workload, watch);
  if (finished) bounds = bounds_of(scenario, setup.subject, diameter, *workload, finished->completion.loss, {});
  return finished;
}

Result<Outcome> run_workload(const Setup& setup, Outcome outcome, const net::workload::Watch& watch) {
  Report& report = outcome.report;
  bool stopped = false;
  const net::workload::Watch noticing = [&](double done) {
    stopped = stopped || (watch && !watch(done));
    return !stopped;
  };
  CompletionFacts facts;
  auto finished = finish(setup, report.level, noticing, report.network, facts.bounds);
  report.interrupted = stopped;
  if (!finished && stopped) return outcome;
  if (!finished) return finished.error();
  const net::workload::Completion& done = finished->completion;
  facts.workload = workload_name(setup.scenario);
  facts.messages = finished->messages;
  if (finished->messages > finished->lost_messages) facts.time_ns = done.time_ns;
  facts.injected_bytes = done.injected_bytes;
  facts.delivered_bytes = done.delivered_bytes;
  facts.lost_bytes = done.lost_bytes;
  if (finished->lost_messages > 0) facts.lost_messages.emplace_back("a path", finished->lost_messages);
  const net::Network& network = setup.subject.network;
  double busiest = 0;
  for (const net::Channel channel : network.channels())
    if (network.attached(channel))
      busiest = std::max(busiest, done.channel_bytes[static_cast<std::size_t>(channel.value())] /
                                      network.link(channel).bandwidth_gbytes_per_s);
  facts.bounds.push_back({"the busiest link", busiest});
  report.load_unit = "bytes";
  fill_loads(
      setup.subject, done.channel_bytes,
      [&](net::Channel channel, double bytes) {
        const double full = done.time_ns * network.link(channel).bandwidth_gbytes_per_s;
        return full > 0 ? std::optional(bytes / full) : std::nullopt;
      },
      report.links);
  report.completion = std::move(facts);
  outcome.cost.hops = finished->hops;
  outcome.cost.hop_name = finished->hop_name;
  return outcome;
}

}  // namespace

Result<Report> inspect(const Scenario& scenario, const net::workload::Watch& watch) {
  const auto subject = build(scenario);
  if (!subject) return subject.error();
  return inspected(scenario, *subject, build_routing(scenario, *subject, watch), watch);
}

Result<Outcome> run(const Scenario& scenario, const net::workload::Watch& watch) {
  if (const auto right = check(scenario); !right) return right.error();
  if (const auto right = check_levels(scenario, level_of(scenario)); !right) return right.error();
  const auto subject = build(scenario);
  if (!subject) return subject.error();
  const auto routing = build_routing(scenario, *subject, watch);
  if (!routing) return routing.error();
  Outcome outcome{inspected(scenario, *subject, routing, watch), {}};
  if (outcome.report.refusal) return *outcome.report.refusal;
  const Setup setup{scenario, *subject, *routing};
  const auto begin = std::chrono::steady_clock::now();
  auto done = scenario.has_workload() ? run_workload(setup, std::move(outcome), watch)
                                      : run_traffic(setup, std::move(outcome), watch);
  if (done) done->cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return done;
}

Result<Delivery> deliver(const Scenario& wanted,
                         const std::function<const net::workload::Workload&(const Subject&)>& make,
                         const net::workload::Watch& watch) {
  for (const auto& [key, where] : wanted.given)
    if (key.starts_with("traffic.") || key.starts_with("workload."))
      return Error{where, "the messages come from a program", "a scenario without [traffic] and [workload]"};
  Scenario scenario = wanted;
  scenario.workload.kind = WorkloadKind::all_to_all;  // any workload: what is asked of keys and levels is the same
  const Level level = level_of(scenario);
  if (const auto right = check_levels(scenario, level); !right) return right.error();
  auto subject = build(scenario);
  if (!subject) return subject.error();
  const auto routing = build_routing(scenario, *subject, watch);
  if (!routing) return routing.error();
  const RoutingFacts facts = facts_of(scenario, *subject, *routing);
  if (const auto right = check_routing(scenario, *subject, *routing, facts); !right) return right.error();
  auto finished = finish_messages({scenario, *subject, *routing}, level, make(*subject), watch);
  if (!finished) return finished.error();
  return Delivery{*std::move(subject), simulator_text(scenario, level), facts.name, std::move(finished->completion)};
}

}  // namespace vtpu::scenario
