#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/search/lifted_flow.h"
#include "vtpu/search/route_rules.h"
#include "vtpu/search/symmetric_state.h"

namespace vtpu::search {

/// Size of the routing tables, for comparison with a table of all pairs.
struct TableSize {
  std::size_t vertices = 0;   ///< largest number at one chip; input port and class identify a packet's vertex
  std::size_t next_hops = 0;  ///< of the largest chip, over destinations and vertices
  double bytes = 0;           ///< 4 bytes per next hop (port, class, share) and 4 per destination and vertex
  std::size_t tables = 0;     ///< distinct tables: chips of one position share a table up to the numbering of blocks
};

/// The routing of a symmetric state under a rule, on the network of OcsTopology for circuits_of(state). A packet from
/// block g to block h uses the next hops from block h^-1 · g to block 0, so the shares towards one block's chips serve
/// all destinations. Deadlock-free: (class, rank of the channel) rises along every path.
class LiftedRouting {
 public:
  struct State {
    net::Chip destination;
    std::int32_t vertex = 0;
    bool operator==(const State&) const = default;
  };
  static constexpr bool kAdaptive = false;

  /// `split`: over ruled.graph. Shares below `least_share` are dropped, since every next hop takes space in a table,
  /// and the remaining shares of the place are scaled up. The largest share of a place is always kept.
  LiftedRouting(const SymmetricState& state, const RuledGraph& ruled, const LiftedSplit& split, const RouteRule& rule,
                float least_share = 0);

  std::string name() const { return name_; }
  int vc_classes() const { return classes_; }
  net::routing::VcRange vcs_of(int vc_class, int vcs) const {
    return net::routing::even_share(vc_class, classes_, vcs);
  }
  bool reaches(net::Chip, net::Chip) const { return true; }

  State start(net::Chip source, net::Chip destination, Random&) const {
    return {destination, start_[at(position_[source])]};
  }
  template <class Visit>
  void for_each_start(net::Chip source, net::Chip destination, Visit visit) const {
    visit(State{destination, start_[at(position_[source])]}, 1.0);
  }
  void moves(net::Chip node, const State& state, net::routing::Moves& moves) const {
    moves.clear();
    const net::Chip target = state.destination;
    const int apart = apart_[at(block_[target] * blocks_ + block_[node])];
    const std::size_t place = at((position_[target] * vertices_ + state.vertex) * blocks_ + apart);
    for (std::uint32_t hop = first_[place]; hop < first_[place + 1]; ++hop)
      moves.add({net::PortNumber(next_hops_[hop].port), next_hops_[hop].vc_class, next_hops_[hop].share});
  }
  State after(net::Chip, const State& state, const net::routing::Move& move) const {
    return {state.destination, next_[at(state.vertex * kPorts + move.port.value())]};
  }

  /// All pairs of consecutive channels in the rule's graph, whether or not a split uses them.
  void for_each_dependency(
      const net::Network& network,
      const std::function<void(net::routing::ChannelClass, net::routing::ChannelClass)>& visit) const;

  TableSize table_size() const;

 private:
  static constexpr int kPorts = 6;
  struct NextHop {
    float share;
    std::uint8_t port;
    std::uint8_t vc_class;
  };
  struct Dependency {
    int channel = 0;      // class of channels
    int translation = 0;  // of its arc
    int vc_class = 0;
    int next_channel = 0;
    int next_class = 0;
  };

  std::string name_;
  int classes_;
  int vertices_;
  int blocks_;
  IndexedVector<net::Chip, int> block_;
  IndexedVector<net::Chip, int> position_;
  std::vector<net::Chip> chip_;       // by block · positions + position
  std::vector<int> apart_;            // by destination's block · blocks + block: the source block, relative to block 0
  std::vector<int> after_;            // by block · blocks + translation
  std::vector<int> start_;            // by position
  std::vector<int> at_position_;      // by vertex
  std::vector<int> next_;             // by vertex and port; -1: none
  std::vector<std::uint32_t> first_;  // into next_hops_, by position of the destination, vertex, block
  std::vector<NextHop> next_hops_;
  std::vector<Dependency> dependencies_;
};
static_assert(net::routing::Routing<LiftedRouting>);

}  // namespace vtpu::search
