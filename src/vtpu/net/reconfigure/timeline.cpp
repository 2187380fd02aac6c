#include "vtpu/net/reconfigure/timeline.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "vtpu/base/check.h"
#include "vtpu/base/index_format.h"
#include "vtpu/base/random.h"

namespace vtpu::net::reconfigure {
namespace {

packet::Config config_for(const SliceSetup& setup, packet::Config config) {
  config.vcs = std::max(config.vcs, setup.routing.vc_classes());
  return config;
}

Result<PausedRun> run_on(const SliceSetup& setup, const workload::Workload& workload,
                         const ReconfigurationOptions& options,
                         const std::optional<packet::Pause>& pause = std::nullopt, const workload::Watch& watch = {}) {
  return run_until(setup.network, setup.routing, workload, config_for(setup, options.packets), pause, watch);
}

/// Time of a signal from the controller to every chip or back, with `bytes` by chip. Empty `bytes`: only the latency of
/// the path.
enum class Direction { out, back };
Result<double> signal_ns(const SliceSetup& setup, Direction direction, const IndexedVector<Chip, std::uint64_t>& bytes,
                         const ReconfigurationOptions& options) {
  workload::Workload signal("signal");
  for (const Chip chip : setup.network.chips()) {
    const std::uint64_t of_chip = bytes.empty() ? 0 : bytes[chip];
    if (direction == Direction::out)
      signal.add({options.controller, chip, of_chip});
    else
      signal.add({chip, options.controller, of_chip});
  }
  const Result<PausedRun> done = run_on(setup, signal, options);
  if (!done) return done.error();
  return done->last_delivery_ns;
}

Result<void> check_joined(const SliceSetup& setup, Chip controller) {
  const int chips = setup.network.chip_count();
  if (!controller.valid() || controller.value() >= chips)
    return Error{"controller", fmt::format("found chip {}", controller), fmt::format("0 to {}", chips - 1)};
  for (const Chip chip : setup.network.chips())
    if (!setup.routing.reaches(controller, chip) || !setup.routing.reaches(chip, controller))
      return Error{setup.name,
                   fmt::format("no path between chips {} and {}", setup.network.names().printed(controller),
                               setup.network.names().printed(chip)),
                   "all chips connected"};
  return {};
}

}  // namespace

Result<double> switching_ns(const ReconfigurationPlan& plan, const ReconfigurationOptions& options) {
  if (!(options.switching_ms >= 0))
    return Error{"switching time", fmt::format("found {} ms", options.switching_ms), "0 ms or more"};
  if (options.switches_at_a_time < 1)
    return Error{"switches at a time", fmt::format("found {}", options.switches_at_a_time), "1 or more"};
  const int switches = static_cast<int>(plan.switches.size());
  const int groups = (switches + options.switches_at_a_time - 1) / options.switches_at_a_time;
  return groups * options.switching_ms * 1e6;
}

IndexedVector<Chip, std::uint64_t> table_bytes(const ReconfigurationPlan& plan) {
  IndexedVector<Chip, std::uint64_t> bytes;
  for (const std::int32_t entries : plan.entries_of_chip)
    bytes.push_back(std::min(std::uint64_t{8} * static_cast<std::uint64_t>(entries),
                             std::uint64_t{4} * static_cast<std::uint64_t>(plan.chips)));
  return bytes;
}

Result<double> undisturbed_ns(const SliceSetup& setup, const workload::Workload& job,
                              const ReconfigurationOptions& options, const workload::Watch& watch) {
  if (const Result<void> joined = check_joined(setup, options.controller); !joined) return joined.error();
  const Result<PausedRun> run = run_on(setup, job, options, std::nullopt, watch);
  if (!run) return run.error();
  return run->last_delivery_ns;
}

Result<ReconfiguredJob> reconfigure_job(const SliceSetup& before, const SliceSetup& after,
                                        const ReconfigurationPlan& plan, const workload::Workload& job,
                                        const packet::Pause& pause, const ReconfigurationOptions& options,
                                        const workload::Watch& watch) {
  for (const SliceSetup* setup : {&before, &after})
    if (const Result<void> joined = check_joined(*setup, options.controller); !joined) return joined.error();
  const Result<PausedRun> first = run_on(before, job, options, pause, watch);
  if (!first) return first.error();
  const Result<PausedRun> second = run_on(after, first->rest, options, std::nullopt, watch);
  if (!second) return second.error();
  const Result<double> order = signal_ns(before, Direction::out, {}, options);
  const Result<double> report = signal_ns(before, Direction::back, {}, options);
  const Result<double> tables = signal_ns(before, Direction::out, table_bytes(plan), options);
  const Result<double> go = signal_ns(after, Direction::out, {}, options);
  const Result<double> switching = switching_ns(plan, options);
  for (const Result<double>* part : {&order, &report, &tables, &go, &switching})
    if (!*part) return part->error();
  ReconfiguredJob result;
  result.before_ns = pause.at_ns;
  result.parts = {.order_ns = *order,
                  .drain_ns = std::max(0.0, first->last_delivery_ns - result.before_ns),
                  .report_ns = *report,
                  .tables_ns = *tables,
                  .switch_ns = *switching,
                  .go_ns = *go,
                  .first_ns = second->first_delivery_ns};
  result.before_bytes = first->delivered_bytes;
  result.drained_bytes = first->drained_bytes;
  result.after_bytes = second->delivered_bytes;
  VTPU_CHECK(second->finished && result.before_bytes + result.drained_bytes + result.after_bytes == job.total_bytes(),
             "a reconfiguration neither loses nor duplicates a byte");
  result.after_ns = second->last_delivery_ns;
  result.total_ns = result.before_ns + result.parts.stopped_ns(options.tables) + result.after_ns;
  return result;
}

workload::Workload windowed_all_to_all(int chips, std::uint64_t bytes, int window, std::uint64_t seed) {
  VTPU_CHECK(chips >= 2 && window >= 1, "an all-to-all has at least two chips and a window of at least one message");
  std::vector<int> offsets(static_cast<std::size_t>(chips - 1));
  std::iota(offsets.begin(), offsets.end(), 1);
  Random random(seed);
  random.shuffle(offsets);
  workload::Workload workload("all-to-all");
  // Message k · chips + c is chip c's message with the k-th offset.
  for (int k = 0; k < chips - 1; ++k)
    for (int chip = 0; chip < chips; ++chip) {
      const Chip destination((chip + offsets[static_cast<std::size_t>(k)]) % chips);
      const int earlier = (k - window) * chips + chip;
      if (k >= window)
        workload.add({Chip(chip), destination, bytes}, std::span<const int>(&earlier, 1));
      else
        workload.add({Chip(chip), destination, bytes});
    }
  return workload;
}

}  // namespace vtpu::net::reconfigure
