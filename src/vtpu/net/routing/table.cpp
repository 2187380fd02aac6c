#include "vtpu/net/routing/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/net/routing/path_split.h"
#include "vtpu/net/routing/shortest_paths.h"

namespace vtpu::net::routing {
namespace {

/// By node: the number of the part of the network that it belongs to.
IndexedVector<Chip, int> parts_of(const Network& network) {
  IndexedVector<Chip, int> part(network.node_count(), -1);
  std::vector<Chip> reached;
  for (const Chip first : network.nodes()) {
    if (part[first] >= 0) continue;
    part[first] = first.value();
    reached.assign(1, first);
    while (!reached.empty()) {
      const Chip node = reached.back();
      reached.pop_back();
      for (const PortNumber port : network.ports()) {
        const Channel channel = network.channel(node, port);
        if (!network.attached(channel) || part[network.target(channel)] >= 0) continue;
        part[network.target(channel)] = first.value();
        reached.push_back(network.target(channel));
      }
    }
  }
  return part;
}

}  // namespace

/// Computes the next hops to single destinations.
class TableRouting::Builder {
 public:
  /// `weights`: null for Split::first, and for equal weights.
  Builder(const Network& network, const IndexedVector<Channel, double>* weights, Split split)
      : network_(network), split_(split), even_(weights == nullptr), shortest_(network), paths_(network) {
    weights_ = even_ ? IndexedVector<Channel, double>(network.channel_count(), 1) : *weights;
  }

  NextHops build(Chip destination) {
    NextHops hops;
    hops.cells.assign(at(network_.node_count()), 0);
    slots_.assign(256, kEmpty);
    shortest_.search(destination);
    if (split_ == Split::even) paths_.compute(shortest_, weights_);
    for (const Chip node : shortest_.order()) {
      if (node == destination) continue;
      ports_.clear();
      shares_.clear();
      shortest_.for_each_channel(node, [&](Channel channel) {
        if (split_ == Split::first && !ports_.empty()) return;
        ports_.push_back(network_.port(channel));
        shares_.push_back(split_ == Split::first ? 1 : paths_.share(channel, weights_));
      });
      hops.cells[at(node.value())] = cell(hops);
    }
    hops.lists.shrink_to_fit();
    hops.entries.shrink_to_fit();
    return hops;
  }

  /// allow(channel) for each next hop to a destination.
  void for_each_channel(Chip destination, const std::function<void(Channel)>& allow) {
    const NextHops hops = build(destination);
    for (const Chip node : shortest_.order())
      if (node != destination)
        for_each_hop(hops, node, [&](PortNumber port, double) { allow(network_.channel(node, port)); });
  }

 private:
  static constexpr std::uint16_t kEmpty = 0xffff;

  /// Rounds the shares to whole parts of kShares. The rounding error goes to the largest share. A path of an even split
  /// is never lost by rounding; ports of other splits whose share rounds to 0 are omitted.
  std::uint16_t cell(NextHops& hops) {
    parts_.clear();
    std::uint32_t sum = 0;
    for (const double share : shares_) {
      const auto rounded = static_cast<std::uint32_t>(std::lround(share * kShares));
      parts_.push_back(even_ ? std::max(rounded, 1u) : rounded);
      sum += parts_.back();
    }
    const auto largest = std::max_element(parts_.begin(), parts_.end());
    *largest += kShares - sum;
    if (*largest >= kShares)
      return static_cast<std::uint16_t>(ports_[static_cast<std::size_t>(largest - parts_.begin())].value());
    entries_.clear();
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (parts_[i] > 0) entries_.push_back(parts_[i] << kPortBits | static_cast<std::uint32_t>(ports_[i].value()));
    return static_cast<std::uint16_t>(NextHops::kFirstList + list(hops));
  }

  /// The number of the list with these entries; most lists recur.
  std::size_t list(NextHops& hops) {
    if (4 * (hops.lists.size() + 1) > 3 * slots_.size()) {
      slots_.assign(2 * slots_.size(), kEmpty);
      for (std::size_t known = 0; known < hops.lists.size(); ++known) {
        const std::uint32_t first = hops.lists[known];
        const std::size_t end = known + 1 < hops.lists.size() ? hops.lists[known + 1] : hops.entries.size();
        slots_[slot_of(hops, {hops.entries.data() + first, end - first})] = static_cast<std::uint16_t>(known);
      }
    }
    const std::size_t slot = slot_of(hops, entries_);
    if (slots_[slot] == kEmpty) {
      slots_[slot] = static_cast<std::uint16_t>(hops.lists.size());
      hops.lists.push_back(static_cast<std::uint32_t>(hops.entries.size()));
      hops.entries.insert(hops.entries.end(), entries_.begin(), entries_.end());
    }
    return slots_[slot];
  }

  /// The slot with the number of a list, or the empty one where it belongs.
  std::size_t slot_of(const NextHops& hops, std::span<const std::uint32_t> entries) const {
    std::uint64_t hash = 0;
    for (const std::uint32_t entry : entries) hash = mix64(hash ^ entry);
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    while (slots_[slot] != kEmpty) {
      const std::uint32_t* known = hops.entries.data() + hops.lists[slots_[slot]];
      // The shares of a list end it, so lists of which one begins another are equal.
      if (known + entries.size() <= hops.entries.data() + hops.entries.size() &&
          std::equal(entries.begin(), entries.end(), known))
        break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  const Network& network_;
  Split split_;
  bool even_;
  IndexedVector<Channel, double> weights_;
  ShortestPaths shortest_;
  PathSplit paths_;
  std::vector<PortNumber> ports_;
  std::vector<double> shares_;
  std::vector<std::uint32_t> parts_, entries_;
  std::vector<std::uint16_t> slots_;  // numbers of lists, open addressing; size a power of two
};

TableRouting::Tables::Tables(const Network& network, const IndexedVector<Channel, double>* weights, Split split,
                             Pairs pairs)
    : network_(network), split_(split), pairs_(std::move(pairs)), of_chip_(at(network.chip_count())) {
  if (weights != nullptr) weights_ = *weights;
}

TableRouting::Tables::~Tables() {
  for (const auto& table : of_chip_) delete table.load();
}

const TableRouting::NextHops& TableRouting::Tables::build(Chip destination) const {
  std::unique_ptr<Builder> builder;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      builder = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!builder) builder = std::make_unique<Builder>(network_, weights_ ? &*weights_ : nullptr, split_);
  auto built = std::make_unique<const NextHops>(builder->build(destination));
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(builder));
  }
  const NextHops* known = nullptr;
  if (of_chip_[at(destination.value())].compare_exchange_strong(known, built.get(), std::memory_order_acq_rel))
    return *built.release();
  return *known;  // another thread was faster
}

Result<TableRouting> TableRouting::make(const Network& network, Split split, const PathSurvey::Part& part) {
  return build(network, nullptr, split, split == Split::first ? "first path" : "all paths evenly", part);
}

Result<TableRouting> TableRouting::make(const Network& network, const IndexedVector<Channel, double>& weights,
                                        const std::string& name, const PathSurvey::Part& part) {
  return build(network, &weights, Split::even, name, part);
}

Result<TableRouting> TableRouting::build(const Network& network, const IndexedVector<Channel, double>* weights,
                                         Split split, const std::string& name, const PathSurvey::Part& part) {
  const int most = std::min(1 << kPortBits, Moves::kMost);
  if (network.port_count() > most)
    return Error{network.name(), fmt::format("{} ports per node", network.port_count()),
                 fmt::format("at most {} for a routing table", most)};
  if (network.node_count() > kMostNodes)
    return Error{network.name(), fmt::format("{} nodes", network.node_count()),
                 fmt::format("at most {} for a routing table", kMostNodes)};
  ChannelOrder up_down = up_down_order(network), by_port = port_order(network);
  PathSurvey::Paths paths = split == Split::first ? PathSurvey::Paths::lowest : PathSurvey::Paths::all;
  PathSurvey::Mark mark;
  std::optional<Builder> builder;
  if (weights != nullptr) {
    paths = PathSurvey::Paths::marked;
    builder.emplace(network, weights, split);
    mark = [&](Chip destination, const auto& allow) { builder->for_each_channel(destination, allow); };
  }
  PathSurvey survey(network, paths, mark);
  const int falls = survey.most_falls(up_down, part), other_falls = survey.most_falls(by_port, part, falls);

  TableRouting table;
  table.ports_ = network.port_count();
  table.part_of_ = parts_of(network);
  table.classes_ = std::min(falls, other_falls) + 1;
  ChannelOrder& best = other_falls < falls ? by_port : up_down;
  table.rank_ = std::move(best.rank);
  table.name_ = fmt::format("shortest paths, {}, classes {}", name, best.name);
  Pairs pairs;
  survey.for_each_pair([&](Channel first, Channel second) { pairs.emplace_back(first, second); });
  table.tables_ = std::make_shared<const Tables>(network, weights, split, std::move(pairs));
  return table;
}

void TableRouting::for_each_dependency(const Network&,
                                       const std::function<void(ChannelClass, ChannelClass)>& visit) const {
  for (const auto& [first, second] : tables_->pairs()) {
    const int fall = rank_[second] < rank_[first] ? 1 : 0;
    for (int held = 0; held + fall < classes_; ++held) visit({first, held}, {second, held + fall});
  }
}

}  // namespace vtpu::net::routing
