#pragma once
#include <vector>

#include "vtpu/search/block_group.h"
#include "vtpu/search/symmetric_state.h"

namespace vtpu::search {

/// A directed graph that looks alike from every block: a few vertices and arcs with the translation they carry (a
/// voltage graph). Vertex v of block g has, for each arc from v, an arc to vertex `to` of block g · translation.
/// Of the plain network vertices are chips' positions in a block. Of a routing's ways they are positions with what a
/// packet remembers (its class of virtual channels, which turns it may still take), so whatever path the graph has
/// keeps the rules.
struct LiftedGraph {
  struct Arc {
    int from = 0;
    int to = 0;
    int translation = 0;
    int channel = 0;  ///< class of the channel it crosses: position · 6 + port
  };

  BlockGroup group;
  std::vector<Arc> arcs;      ///< in the order of `from`
  std::vector<int> position;  ///< by vertex: where its chip is in a block
  std::vector<int> start;     ///< by position: the vertex where that chip's packets begin

  int vertices() const { return static_cast<int>(position.size()); }
  int positions() const { return static_cast<int>(start.size()); }
  int channels() const { return positions() * 6; }
};

/// The chips and links of a state. Ports as in OcsTopology: 2·d is the '+' side of dimension d, 2·d + 1 its '-' side.
LiftedGraph lifted(const SymmetricState& state);

/// Has the two arcs through a switch lead where the state says. `graph`: of a state that differs in this switch alone.
void reset_switch(LiftedGraph& graph, const SymmetricState& state, int ocs);

}  // namespace vtpu::search
