#pragma once
#include <memory>
#include <string>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/net/masked_topology.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dependency_graph.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::scenario {

/// A routing that ignores failures, on a network with failures: it reaches a destination if none of the paths that it
/// may choose uses a failed channel. For routings that choose the whole path at the source, one of few.
template <net::routing::Routing R>
class Avoiding {
 public:
  using State = typename R::State;
  static constexpr bool kAdaptive = R::kAdaptive;
  static_assert(!kAdaptive, "an adaptive routing would choose a failed channel");

  Avoiding(R routing, const net::Network& whole, net::Mask failed)
      : routing_(std::move(routing)), faulty_(std::make_shared<const Faulty>(Faulty{whole, std::move(failed)})) {}

  std::string name() const { return routing_.name() + " without paths around failures"; }
  int vc_classes() const { return routing_.vc_classes(); }
  net::routing::VcRange vcs_of(int vc_class, int vcs) const { return routing_.vcs_of(vc_class, vcs); }
  bool reaches(net::Chip source, net::Chip destination) const {
    if (faulty_->failed.node(source) || faulty_->failed.node(destination)) return false;
    if (!routing_.reaches(source, destination)) return false;
    bool whole = true;
    routing_.for_each_start(source, destination,
                            [&](const State& state, double) { whole = whole && survives(source, state); });
    return whole;
  }
  State start(net::Chip source, net::Chip destination, Random& random) const {
    return routing_.start(source, destination, random);
  }
  template <class Visit>
  void for_each_start(net::Chip source, net::Chip destination, Visit visit) const {
    routing_.for_each_start(source, destination, visit);
  }
  void moves(net::Chip node, const State& state, net::routing::Moves& moves) const {
    routing_.moves(node, state, moves);
  }
  State after(net::Chip node, const State& state, const net::routing::Move& move) const {
    return routing_.after(node, state, move);
  }
  /// `network`: the one with failures.
  bool add_dependencies(const net::Network& network, net::routing::DependencyGraph& dependencies) const {
    return routing_.add_dependencies(network, dependencies);
  }

 private:
  struct Faulty {
    net::Network whole;
    net::Mask failed;
  };

  /// Follows the one path of a packet.
  bool survives(net::Chip node, State state) const {
    net::routing::Moves moves;
    for (routing_.moves(node, state, moves); !moves.empty(); routing_.moves(node, state, moves)) {
      VTPU_CHECK(moves.size() == 1, "a routing that ignores failures chooses the whole path at the source");
      const net::Channel channel = faulty_->whole.channel(node, moves[0].port);
      if (faulty_->failed.channel(channel)) return false;
      state = routing_.after(node, state, moves[0]);
      node = faulty_->whole.target(channel);
    }
    return true;
  }

  R routing_;
  std::shared_ptr<const Faulty> faulty_;
};

}  // namespace vtpu::scenario
