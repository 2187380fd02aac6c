#include "vtpu/search/lifted_graph.h"

#include <cstddef>

#include "vtpu/net/ocs/ocs_state.h"

namespace vtpu::search {

LiftedGraph lifted(const SymmetricState& state) {
  const net::ocs::OcsLayout layout{state.block_side, state.blocks()};
  const net::Shape block = layout.block_shape();
  LiftedGraph graph{state.group, {}, {}, {}};
  for (int position = 0; position < block.count(); ++position) {
    graph.position.push_back(position);
    graph.start.push_back(position);
    for (int port = 0; port < 6; ++port) {
      const int step = (port % 2 == 0 ? 1 : -1) * block.stride(port / 2);
      graph.arcs.push_back({position, position + step, 0, position * 6 + port});
    }
  }
  for (const net::Ocs ocs : index_range<net::Ocs>(layout.ocs_count())) reset_switch(graph, state, ocs);
  return graph;
}

void reset_switch(LiftedGraph& graph, const SymmetricState& state, net::Ocs ocs) {
  const net::ocs::OcsLayout layout{state.block_side, state.blocks()};
  const net::Shape block = layout.block_shape();
  const int port = 2 * layout.dimension_of(ocs);
  const int plus = block.index_of(layout.position_of(ocs, net::ocs::Face::plus));
  const int minus = block.index_of(layout.position_of(ocs, net::ocs::Face::minus));
  const int translation = state.translation[ocs];
  LiftedGraph::Arc& from_plus = graph.arcs[static_cast<std::size_t>(plus * 6 + port)];
  LiftedGraph::Arc& from_minus = graph.arcs[static_cast<std::size_t>(minus * 6 + port + 1)];
  const bool mirrored = state.mirrored(ocs);
  from_plus.to = mirrored ? plus : minus;
  from_plus.translation = translation;
  from_minus.to = mirrored ? minus : plus;
  from_minus.translation = mirrored ? state.mirror[ocs] : state.group.inverse(translation);
}

}  // namespace vtpu::search
