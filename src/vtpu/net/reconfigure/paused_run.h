#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/any_routing.h"
#include "vtpu/net/packet/config.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/check_messages.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::reconfigure {

/// What a workload has done by the time that the network is empty. Each of its bytes was delivered before the pause,
/// drained after it, lost, or left over (checked on every run).
struct PausedRun {
  bool finished = false;         ///< nothing is left over
  double last_delivery_ns = 0;   ///< the network is empty from then on
  double first_delivery_ns = 0;  ///< first delivery of a packet; 0 if there is none
  std::uint64_t delivered_bytes = 0;
  std::uint64_t drained_bytes = 0;
  std::uint64_t lost_bytes = 0;
  /// The messages that are not fully delivered, with the bytes still to send, in their original order. Dependences on
  /// delivered messages are removed. Times count from last_delivery_ns or the pause, whichever is later.
  workload::Workload rest;
  std::vector<int> message;  ///< by message of `rest`: its number in the workload
  std::uint64_t packet_hops = 0;
};

/// Collects what a paused source has left of its workload, as a workload whose times count from `end_ns`.
inline void collect_rest(const workload::Workload& workload, const packet::WorkloadSource& source, double end_ns,
                         PausedRun& run) {
  run.rest = workload::Workload(workload.name());
  std::vector<int> number(static_cast<std::size_t>(workload.size()), -1), after;
  for (int id = 0; id < workload.size(); ++id) {
    const auto& progress = source.progress(id);
    if (progress.finished) continue;
    workload::Message left = workload.message(id);
    if (progress.started) {
      VTPU_CHECK(progress.to_make == progress.to_arrive, "the network is empty");
      left.bytes = progress.to_make;
    }
    if (progress.waits_for == 0) {
      left.not_before_ns = std::max(0.0, static_cast<double>(progress.may_start) * 1e-3 - end_ns);
      left.compute_ns = 0;
    } else {
      left.not_before_ns = std::max(0.0, left.not_before_ns - end_ns);
    }
    after.clear();
    for (const int earlier : workload.after(id))
      if (const int now = number[static_cast<std::size_t>(earlier)]; now >= 0) after.push_back(now);
    number[static_cast<std::size_t>(id)] = run.rest.add(left, after);
    run.message.push_back(id);
  }
}

/// Runs a workload at packet level up to a pause and then until the network is empty; without a pause, to its end. The
/// rest can run on another network. Error: as run_packets; a pause before 0 or after 10^15 ns.
template <routing::Routing R>
Result<PausedRun> run_until(const Network& network, const R& routing, const workload::Workload& workload,
                            const packet::Config& config, const std::optional<packet::Pause>& pause,
                            const workload::Watch& watch = {}) {
  if (const Result<void> valid = check(config, network, routing.vc_classes()); !valid) return valid.error();
  if (const Result<void> valid = workload::check_messages(network, workload); !valid) return valid.error();
  if (pause && !(pause->at_ns >= 0 && pause->at_ns <= 1e15))
    return Error{"pause", "found " + std::to_string(pause->at_ns) + " ns", "0 to 10^15 ns"};
  const packet::RoutingAdapter<R> adapter(routing);
  packet::WorkloadSource source(network, adapter, workload, config);
  if (const Result<void> end = source.run(pause, watch); !end) return end.error();
  const workload::Completion& done = source.completion();
  PausedRun run;
  run.last_delivery_ns = source.last_event_ns();
  run.first_delivery_ns = source.first_delivery_ns();
  run.drained_bytes = source.drained_bytes();
  run.delivered_bytes = done.delivered_bytes - run.drained_bytes;
  run.lost_bytes = done.lost_bytes;
  run.packet_hops = source.packet_hops();
  collect_rest(workload, source, std::max(run.last_delivery_ns, pause ? pause->at_ns : 0.0), run);
  run.finished = run.rest.size() == 0;
  VTPU_CHECK(
      workload.total_bytes() == run.delivered_bytes + run.drained_bytes + run.lost_bytes + run.rest.total_bytes(),
      "a pause neither loses nor duplicates a byte");
  return run;
}

}  // namespace vtpu::net::reconfigure
