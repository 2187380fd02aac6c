#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "vtpu/base/random.h"
#include "vtpu/net/masked_topology.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::scenario {

/// A routing that ignores failures, on a network with failures: it reaches a destination if none of the paths that it
/// may choose uses a failed channel. For oblivious routings with few start states per pair.
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

 private:
  struct Faulty {
    net::Network whole;
    net::Mask failed;
  };

  bool survives(net::Chip node, const State& state) const {
    net::routing::Moves moves;
    routing_.moves(node, state, moves);
    return std::all_of(moves.begin(), moves.end(), [&](const net::routing::Move& move) {
      const net::Channel channel = faulty_->whole.channel(node, move.port);
      return !faulty_->failed.channel(channel) &&
             survives(faulty_->whole.target(channel), routing_.after(node, state, move));
    });
  }

  R routing_;
  std::shared_ptr<const Faulty> faulty_;
};

}  // namespace vtpu::scenario
