#pragma once
#include <optional>
#include <string>
#include <utility>

#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dependency_graph.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::routing {

/// Minimal adaptive routing: a packet may take any dimension in which it has hops left, through virtual channels of an
/// adaptive class. When none of those is free, it escapes by dimension order. If there are several shortest paths
/// (half-way ties, step vectors), the source draws one set of hops per dimension, and the packet keeps it.
///
/// The class of an escape depends on the hops ahead: 1 while the packet still has to wrap in that dimension, otherwise
/// 0. So a packet may enter and leave escape channels anywhere. A wrap means a wrap of the coordinate, also on twisted
/// tori. Dependencies between escapes, including those across adaptive moves, then follow a total order: rising
/// dimension, falling class, and position along the row, which adaptive moves in other dimensions do not change.
/// Source: Duato, "A new theory of deadlock-free adaptive routing in wormhole networks", IEEE TPDS 4(12), 1993.
class MinimalAdaptive {
 public:
  using State = Steps;
  static constexpr bool kAdaptive = true;

  /// `grid`: a Torus, Mesh or TwistedTorus. Error: as DimensionOrder::make.
  template <Topology T>
  static Result<MinimalAdaptive> make(const T& grid) {
    Result<DimensionOrder> order = [&] {
      if constexpr (requires { DimensionOrder::make(grid); })
        return DimensionOrder::make(grid);
      else
        return DimensionOrder::make(grid, Dateline::none);
    }();
    if (!order) return order.error();
    return MinimalAdaptive(*std::move(order));
  }

  std::string name() const { return "minimal adaptive"; }
  int vc_classes() const { return escapes_ + 1; }
  /// One virtual channel for each escape class; all others for the adaptive class, which is the last.
  VcRange vcs_of(int vc_class, int vcs) const {
    return vc_class < escapes_ ? VcRange{vc_class, vc_class} : VcRange{escapes_, vcs - 1};
  }
  bool reaches(Chip, Chip) const { return true; }

  State start(Chip source, Chip destination, Random& random) const {
    return order_.draw_path(source, destination, random);
  }
  template <class Visit>
  void for_each_start(Chip source, Chip destination, Visit visit) const {
    order_.for_each_path(source, destination, visit);
  }

  void moves(Chip node, const State& state, Moves& moves) const {
    moves.clear();
    if (state.done()) return;
    const int first = state.dimension();
    for (int d = first; d < kMaxDimensions; ++d)
      if (!state.done(d)) moves.add({state.port(d), escapes_, 1});
    const bool wraps = order_.wraps_ahead(node, first, state.signed_hops(first));
    moves.add({state.port(first), wraps ? 1 : 0, 0});
  }
  State after(Chip, State state, const Move& move) const {
    state.take(move.port.value() / 2);
    return state;
  }

  /// Proves the absence of cycles on the rows of one dimension at a time, since their number grows with the square of
  /// the chips: an escape may depend on escapes of its own dimension, or on those of higher ones. On tori and meshes
  /// also counts them exactly; on a large twisted torus it does not. Nothing: small twisted tori, where all paths can
  /// be followed, and a row with a cycle, which the rule for classes excludes.
  std::optional<DeadlockCheck> check_dependencies(const Network& network) const;

 private:
  explicit MinimalAdaptive(DimensionOrder order) : order_(std::move(order)), escapes_(order_.wraps() ? 2 : 1) {}

  DimensionOrder order_;
  int escapes_;  // number of escape classes; they precede the adaptive class
};
static_assert(Routing<MinimalAdaptive>);

}  // namespace vtpu::net::routing
