#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/result.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/flow/fluid.h"
#include "vtpu/net/flow/paths.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/check_messages.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::flow {

/// Where each chip goes.
using Translation = IndexedVector<Chip, Chip>;

/// Automorphisms of a network that keep port numbers, one for each attached port of chip 0: the one that maps chip 0 to
/// that port's peer. They generate a group that maps chip 0 to every chip. translations[i][chip]: the image of the
/// chip. Error: the reason why the network has none.
Result<std::vector<Translation>> translations(const Network& network);

/// Error: a message from a chip other than 0.
Result<void> check_first_chip(const workload::Workload& of_first_chip);

/// Paths over the ports of chip 0: for each port number, the total that all channels with this number carry of a
/// message of chip 0. Since every chip does the same, this is also what each of those channels carries of all chips'
/// messages.
Paths port_paths(const Network& network, const workload::Workload& workload, const Paths& over_channels);

/// What all chips together send of each message of the first, if they all send the same.
std::vector<std::uint64_t> times_chips(const Network& network, const workload::Workload& of_first_chip);

/// The completion of all chips from that of the first. `bytes`: what all chips together send of each message. Every
/// channel carries what the channels with its port number carry on average.
workload::Completion for_all_chips(const Network& network, const workload::Workload& of_first_chip, const Paths& paths,
                                   const std::vector<std::uint64_t>& bytes, workload::Completion of_ports);

/// Checks that the routing uses the same ports from chip 0 as from the chips to which the translations map it, for up
/// to `kMostLooks` destinations of the workload, spread evenly. Error: a destination with a difference.
template <routing::Routing R>
Result<void> check_routing_symmetry(const Network& network, const R& routing, const workload::Workload& of_first_chip,
                                    const std::vector<Translation>& moves) {
  constexpr int kMostLooks = 256;
  const auto port_loads = [&](Chip source, Chip destination) {
    IndexedVector<PortNumber, double> loads(network.port_count(), 0.0);
    if (source != destination && routing.reaches(source, destination))
      for (const routing::ChannelShare& share : routing::channel_shares(network, routing, source, destination))
        loads[network.port(share.channel)] += share.share;
    return loads;
  };
  const int step = std::max(1, of_first_chip.size() / kMostLooks);
  for (int id = 0; id < of_first_chip.size(); id += step) {
    const Chip destination = of_first_chip.message(id).destination;
    const IndexedVector<PortNumber, double> loads = port_loads(Chip(0), destination);
    for (const Translation& move : moves) {
      const Chip source = move.front();
      const Chip moved = move[destination];
      if (!std::ranges::equal(loads, port_loads(source, moved),
                              [](double a, double b) { return std::abs(a - b) < 1e-9; }))
        return Error{routing.name() + " on " + network.name(),
                     "found other ports from chip " + std::to_string(source.value()) + " to " +
                         std::to_string(moved.value()) + " than from chip 0 to " + std::to_string(destination.value()),
                     "a routing that treats all chips alike"};
    }
  }
  return {};
}

/// run_flows for a workload that every chip runs in the same path, at the cost of one chip's. `of_first_chip` has only
/// the messages of chip 0: source 0, and a destination that stands for the displacement. Chip c runs the same messages,
/// moved by the translation that maps 0 to c. So what holds for chip 0 holds for all: each message of chip 0 ends at
/// the same time as its images, and a message that depends on another waits, on each chip, for that chip's own image of
/// it. The result equals that of run_flows for all chips' messages: `delivered_ns` and `loss` by message of chip 0,
/// `channel_bytes` of all channels, bytes of all chips. If the chips' messages differ by rounding, `of_first_chip` has
/// the largest ones, which set the time, and `bytes` has, by message, what all chips together send: totals and the
/// bytes of channels follow from it. Empty: all chips send the same. Valid if translations keep port numbers and the
/// routing's expected shares: tori and twisted tori under routings that depend only on displacements. Datelines change
/// only virtual channels and do not matter. Error: as for run_flows; a message from a chip other than 0; a network or a
/// routing without this symmetry (the network is checked completely, the routing for up to 256 of the messages).
template <routing::Routing R>
Result<workload::Completion> run_symmetric_flows(const Network& network, const R& routing,
                                                 const workload::Workload& of_first_chip,
                                                 const workload::Watch& watch = {},
                                                 const std::vector<std::uint64_t>& bytes = {}) {
  if (const Result<void> messages = workload::check_messages(network, of_first_chip); !messages)
    return messages.error();
  if (const Result<void> first = check_first_chip(of_first_chip); !first) return first.error();
  const Result<std::vector<Translation>> moves = translations(network);
  if (!moves) return moves.error();
  if (const Result<void> alike = check_routing_symmetry(network, routing, of_first_chip, *moves); !alike)
    return alike.error();
  Result<std::vector<double>> capacities = channel_capacities(network);
  if (!capacities) return capacities.error();
  capacities->resize(static_cast<std::size_t>(network.port_count()));  // the channels of chip 0, one per port
  const Paths paths = port_paths(network, of_first_chip, channel_paths(network, routing, of_first_chip));
  Result<workload::Completion> done = run_fluid(of_first_chip, paths, *std::move(capacities), watch);
  if (!done) return done.error();
  return for_all_chips(network, of_first_chip, paths, bytes.empty() ? times_chips(network, of_first_chip) : bytes,
                       *std::move(done));
}

}  // namespace vtpu::net::flow
