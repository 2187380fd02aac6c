#include "vtpu/search/lifted_routing.h"

#include <fmt/core.h>

#include <algorithm>

#include "vtpu/base/check.h"

namespace vtpu::search {

LiftedRouting::LiftedRouting(const SymmetricState& state, const RuledGraph& ruled, const LiftedSplit& split,
                             const RouteRule& rule, float least_share)
    : name_(fmt::format("balanced, {} classes, order {}", rule.vc_classes, rule.name)),
      classes_(rule.vc_classes),
      vertices_(ruled.graph.vertices()),
      blocks_(state.blocks()),
      start_(ruled.graph.start),
      at_position_(ruled.graph.position) {
  const net::ocs::StateOfSlice circuits = circuits_of(state, 0);
  const int positions = state.positions();
  chip_.resize(at(state.chips()));
  for (const net::Chip chip : index_range<net::Chip>(state.chips())) {
    const net::BlockPlace place = circuits.slice.place_of(chip);
    const int position = place.position;
    block_.push_back(place.block.value());
    position_.push_back(position);
    chip_[at(place.block.value() * positions + position)] = chip;
  }
  for (int to = 0; to < blocks_; ++to)
    for (int from = 0; from < blocks_; ++from) {
      apart_.push_back(state.group.times(state.group.inverse(to), from));
      after_.push_back(state.group.times(to, from));
    }

  const LiftedGraph& graph = ruled.graph;
  next_.assign(at(vertices_ * kPorts), -1);
  std::vector<std::vector<int>> out(at(vertices_));
  for (int a = 0; a < static_cast<int>(graph.arcs.size()); ++a) {
    const LiftedGraph::Arc& arc = graph.arcs[at(a)];
    next_[at(arc.from * kPorts + arc.channel % kPorts)] = arc.to;
    out[at(arc.from)].push_back(a);
  }
  for (const LiftedGraph::Arc& arc : graph.arcs)
    for (const int next : out[at(arc.to)]) {
      const LiftedGraph::Arc& other = graph.arcs[at(next)];
      dependencies_.push_back(
          {arc.channel, arc.translation, ruled.vc_class[at(arc.to)], other.channel, ruled.vc_class[at(other.to)]});
    }

  first_.reserve(at(positions * vertices_ * blocks_) + 1);
  first_.push_back(0);
  for (int destination = 0; destination < positions; ++destination)
    for (int vertex = 0; vertex < vertices_; ++vertex)
      for (int block = 0; block < blocks_; ++block) {
        const auto here = split.next_hops(destination, vertex, block);
        float largest = 0, kept = 0;
        for (const LiftedSplit::NextHop& hop : here) largest = std::max(largest, hop.share);
        const float least = std::min(least_share, largest);
        for (const LiftedSplit::NextHop& hop : here) kept += hop.share >= least ? hop.share : 0;
        for (const LiftedSplit::NextHop& hop : here) {
          if (hop.share < least || hop.share == 0) continue;
          const LiftedGraph::Arc& arc = graph.arcs[at(hop.arc)];
          VTPU_CHECK(arc.from == vertex, "a next hop starts at its own vertex");
          next_hops_.push_back({hop.share / kept, static_cast<std::uint8_t>(arc.channel % kPorts),
                                static_cast<std::uint8_t>(ruled.vc_class[at(arc.to)])});
        }
        first_.push_back(static_cast<std::uint32_t>(next_hops_.size()));
      }
}

void LiftedRouting::for_each_dependency(
    const net::Network& network,
    const std::function<void(net::routing::ChannelClass, net::routing::ChannelClass)>& visit) const {
  const int positions = static_cast<int>(start_.size());
  for (const Dependency& pair : dependencies_)
    for (int block = 0; block < blocks_; ++block) {
      const int to = after_[at(block * blocks_ + pair.translation)];
      const auto channel_of = [&](int of_block, int channel) {
        return network.channel(chip_[at(of_block * positions + channel / kPorts)], net::PortNumber(channel % kPorts));
      };
      visit({channel_of(block, pair.channel), pair.vc_class}, {channel_of(to, pair.next_channel), pair.next_class});
    }
}

TableSize LiftedRouting::table_size() const {
  const std::size_t positions = start_.size();
  std::vector<std::size_t> vertices(positions, 0), next_hops(positions, 0), places(positions, 0);
  for (int destination = 0; destination < static_cast<int>(positions); ++destination)
    for (int vertex = 0; vertex < vertices_; ++vertex)
      for (int block = 0; block < blocks_; ++block) {
        const std::size_t place = at((destination * vertices_ + vertex) * blocks_ + block);
        next_hops[at(at_position_[at(vertex)])] += first_[place + 1] - first_[place];
        places[at(at_position_[at(vertex)])] += first_[place + 1] > first_[place] ? 1 : 0;
      }
  for (const int position : at_position_) ++vertices[at(position)];
  TableSize size;
  size.tables = positions;
  for (std::size_t position = 0; position < positions; ++position) {
    size.vertices = std::max(size.vertices, vertices[position]);
    size.next_hops = std::max(size.next_hops, next_hops[position]);
    size.bytes = std::max(size.bytes, 4.0 * static_cast<double>(next_hops[position] + places[position]));
  }
  return size;
}

}  // namespace vtpu::search
