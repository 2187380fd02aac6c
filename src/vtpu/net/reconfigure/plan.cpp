#include "vtpu/net/reconfigure/plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <map>

#include "vtpu/base/position.h"
#include "vtpu/net/reconfigure/next_hop_table.h"
#include "vtpu/net/routing/shortest_paths.h"
#include "vtpu/net/topology/ocs_topology.h"

namespace vtpu::net::reconfigure {
namespace {

Result<void> check_same_slice(const SliceSetup& before, const SliceSetup& after) {
  const std::string where = fmt::format("from {} to {}", before.name, after.name);
  if (before.state.layout() != after.state.layout())
    return Error{where, "found different switches", "switches of one layout"};
  if (before.slice.shape() != after.slice.shape() || before.slice.blocks() != after.slice.blocks())
    return Error{where,
                 fmt::format("found slices {} and {}", to_string(before.slice.shape()), to_string(after.slice.shape())),
                 "the same blocks at the same positions"};
  return {};
}

std::vector<SwitchWork> work_by_switch(const ocs::CircuitChanges& circuits) {
  std::map<Ocs, SwitchWork> work;
  for (const ocs::Circuit& circuit : circuits.removed) ++work[circuit.ocs].removed;
  for (const ocs::Circuit& circuit : circuits.added) ++work[circuit.ocs].added;
  std::vector<SwitchWork> list;
  for (auto& [ocs, one] : work) {
    one.ocs = ocs;
    list.push_back(one);
  }
  return list;
}

/// The first channel of a node's first shortest path, or none.
Channel first_channel(const routing::ShortestPaths& shortest, Chip node) {
  Channel first = Channel::none();
  shortest.for_each_channel(node, [&](Channel channel) {
    if (!first.valid()) first = channel;
  });
  return first;
}

void compare_tables(const Network& before, const Network& after, ReconfigurationPlan& plan) {
  routing::ShortestPaths old_paths(before), new_paths(after);
  IndexedVector<Chip, bool> same_way(before.node_count());
  for (const Chip destination : before.chips()) {
    old_paths.search(destination);
    new_paths.search(destination);
    same_way.assign(same_way.size(), false);
    same_way[destination] = true;
    for (const Chip node : before.chips()) {
      if (node == destination) continue;
      const bool port_differs = first_channel(old_paths, node) != first_channel(new_paths, node);
      plan.port_changes += port_differs;
      plan.entries_of_chip[node] += port_differs || old_paths.distance(node) != new_paths.distance(node);
    }
    for (const Chip node : old_paths.order()) {
      if (node == destination) continue;
      const Channel channel = first_channel(old_paths, node);
      const bool stays = channel == first_channel(new_paths, node) &&
                         before.reverse(channel) == after.reverse(channel) && same_way[before.target(channel)];
      same_way[node] = stays;
      plan.pairs_untouched += stays;
    }
  }
}

}  // namespace

Result<ReconfigurationPlan> make_plan(const SliceSetup& before, const SliceSetup& after) {
  if (const Result<void> same = check_same_slice(before, after); !same) return same.error();
  const Result<topology::OcsTopology> old_links = topology::OcsTopology::make(before.state, before.slice, before.name);
  if (!old_links) return old_links.error();
  const Result<topology::OcsTopology> new_links = topology::OcsTopology::make(after.state, after.slice, after.name);
  if (!new_links) return new_links.error();
  ReconfigurationPlan plan;
  plan.chips = before.network.chip_count();
  plan.circuits = changes(before.state, after.state);
  plan.switches = work_by_switch(plan.circuits);
  for (const Channel channel : before.network.channels()) {
    const Port port{before.network.source(channel), before.network.port(channel)};
    if (before.network.attached(channel) && old_links->peer(port) != new_links->peer(port))
      plan.dark_channels.push_back(channel);
  }
  plan.entries_of_chip.assign(plan.chips, 0);
  compare_tables(before.network, after.network, plan);
  for (const std::int32_t entries : plan.entries_of_chip) {
    plan.entries += entries;
    plan.chips_changed += entries > 0;
    plan.most_entries = std::max(plan.most_entries, static_cast<int>(entries));
  }
  return plan;
}

std::vector<RowChange> changed_rows(const SliceSetup& before, const SliceSetup& after, Chip chip, int most) {
  const std::vector<NextHop> old_table = chip_table(before.network, chip), new_table = chip_table(after.network, chip);
  std::vector<Chip> destinations;
  for (const Chip destination : before.network.chips()) {
    const NextHop& was = old_table[at(destination.value())];
    const NextHop& is = new_table[at(destination.value())];
    if (was.port == NextHop::kNowhere || is.port == NextHop::kNowhere) continue;
    if (was != is || before.network.target(before.network.channel(chip, PortNumber(was.port))) !=
                         after.network.target(after.network.channel(chip, PortNumber(is.port))))
      destinations.push_back(destination);
  }
  std::vector<RowChange> rows;
  const int count = std::min(most, static_cast<int>(destinations.size()));
  for (int i = 0; i < count; ++i) {
    const Chip destination = destinations[destinations.size() * at(i) / at(count)];
    rows.push_back({routing::route_row(before.network, before.routing, chip, destination),
                    routing::route_row(after.network, after.routing, chip, destination)});
  }
  return rows;
}

std::string to_string(const std::vector<RowChange>& rows, const SliceSetup& before, const SliceSetup& after) {
  std::vector<routing::RouteRow> old_rows, new_rows;
  for (const RowChange& row : rows) {
    old_rows.push_back(row.before);
    new_rows.push_back(row.after);
  }
  return fmt::format("Before: {}\n{}\nAfter: {}\n{}", before.name, to_string(old_rows, before.network), after.name,
                     to_string(new_rows, after.network));
}

}  // namespace vtpu::net::reconfigure
