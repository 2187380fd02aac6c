#pragma once
#include <vector>

#include "vtpu/search/block_group.h"
#include "vtpu/search/symmetric_state.h"

namespace vtpu::search {

/// A directed graph that looks the same from every block, stored as the vertices of one block and arcs with
/// translations (a voltage graph). For each arc from v, vertex v of block g has an arc to vertex `to` of block g ·
/// translation. In the graph of a network, vertices are positions of chips in a block. In the graph of a routing rule,
/// a vertex is a position together with the state of a packet (its class of virtual channels and the turns it may still
/// take), so every path of the graph obeys the rule.
struct LiftedGraph {
  struct Arc {
    int from = 0;
    int to = 0;
    int translation = 0;
    int channel = 0;  ///< class of the channel it uses: position · 6 + port
  };

  BlockGroup group;
  std::vector<Arc> arcs;      ///< in the order of `from`
  std::vector<int> position;  ///< by vertex: its chip's position in a block
  std::vector<int> start;     ///< by position: the vertex where that chip's packets start

  int vertices() const { return static_cast<int>(position.size()); }
  int positions() const { return static_cast<int>(start.size()); }
  int channels() const { return positions() * 6; }
};

/// The chips and links of a state. Ports as in OcsTopology: 2·d is the '+' side of dimension d, 2·d + 1 its '-' side.
LiftedGraph lifted(const SymmetricState& state);

/// Updates the two arcs through a switch to the state. `graph` must belong to a state that differs only in this switch.
void reset_switch(LiftedGraph& graph, const SymmetricState& state, net::Ocs ocs);

}  // namespace vtpu::search
