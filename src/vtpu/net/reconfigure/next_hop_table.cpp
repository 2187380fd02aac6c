#include "vtpu/net/reconfigure/next_hop_table.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/index.h"

namespace vtpu::net::reconfigure {

std::vector<NextHop> chip_table(const Network& network, Chip chip) {
  // The first ports of shortest paths to a node are those of its predecessors, so that the lowest port propagates.
  IndexedVector<Chip, NextHop> table(network.node_count());
  std::vector<Chip> order = {chip};
  order.reserve(table.raw().size());
  for (std::size_t next = 0; next < order.size(); ++next) {
    const Chip node = order[next];
    const NextHop here = table[node];
    for (const PortNumber port : network.ports()) {
      const Channel channel = network.channel(node, port);
      if (!network.attached(channel)) continue;
      const Chip target = network.target(channel);
      if (target == chip) continue;
      const NextHop found{node == chip ? static_cast<std::uint16_t>(port.value()) : here.port,
                          static_cast<std::uint16_t>(here.hops + 1)};
      NextHop& there = table[target];
      if (there.port == NextHop::kNowhere) {
        there = found;
        order.push_back(target);
      } else if (there.hops == found.hops) {
        there.port = std::min(there.port, found.port);
      }
    }
  }
  table.resize(network.chip_count());
  return std::move(table.raw());
}

std::vector<HopChange> table_changes(std::span<const NextHop> before, std::span<const NextHop> after) {
  VTPU_CHECK(before.size() == after.size(), "compared tables have the same size");
  std::vector<HopChange> changes;
  for (std::size_t i = 0; i < after.size(); ++i)
    if (before[i] != after[i]) changes.push_back({static_cast<std::uint32_t>(i), after[i]});
  return changes;
}

NextHopTable::NextHopTable(std::span<const NextHop> entries) {
  for (std::vector<NextHop>& copy : copies_) copy.assign(entries.begin(), entries.end());
}

std::vector<NextHop>& NextHopTable::hidden() {
  const std::uint32_t copy = 1 - shown_.load(std::memory_order_relaxed);
  for (const Slot& slot : slots_)
    while (slot.in.load() == copy) std::this_thread::yield();
  return copies_[copy];
}

void NextHopTable::replace(std::span<const NextHop> entries) {
  VTPU_CHECK(entries.size() == size(), "a table keeps its size");
  std::copy(entries.begin(), entries.end(), hidden().begin());
  all_pending_ = true;
  pending_.clear();
  show();
}

void NextHopTable::apply(std::span<const HopChange> changes) {
  std::vector<NextHop>& copy = hidden();
  if (all_pending_) copy = copies_[shown_.load(std::memory_order_relaxed)];
  all_pending_ = false;
  for (const HopChange& change : pending_) copy[change.destination] = change.next;
  for (const HopChange& change : changes) {
    VTPU_CHECK(change.destination < copy.size(), "a change names an existing entry");
    copy[change.destination] = change.next;
  }
  pending_.assign(changes.begin(), changes.end());
  show();
}

}  // namespace vtpu::net::reconfigure
