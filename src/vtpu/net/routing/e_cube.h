#pragma once
#include <bit>
#include <string>

#include "vtpu/base/random.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dependency_graph.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/topology/hypercube.h"

namespace vtpu::net::routing {

/// E-cube routing on a hypercube: a packet first crosses the lowest dimension in which its node differs from its
/// destination. Dimensions only rise, so one class of virtual channels is deadlock-free. Source: Sullivan and Bashkow,
/// "A large scale, homogeneous, fully distributed parallel machine", ISCA 1977.
class ECube {
 public:
  /// Bits in which the node differs from the destination.
  struct State {
    unsigned differing = 0;
    bool operator==(const State&) const = default;
  };
  static constexpr bool kAdaptive = false;

  explicit ECube(const topology::Hypercube&) {}

  std::string name() const { return "e-cube"; }
  int vc_classes() const { return 1; }
  VcRange vcs_of(int, int vcs) const { return {0, vcs - 1}; }
  bool reaches(Chip, Chip) const { return true; }

  State start(Chip source, Chip destination, Random&) const {
    return {static_cast<unsigned>(source.value() ^ destination.value())};
  }
  template <class Visit>
  void for_each_start(Chip source, Chip destination, Visit visit) const {
    visit(State{static_cast<unsigned>(source.value() ^ destination.value())}, 1.0);
  }
  void moves(Chip, const State& state, Moves& moves) const {
    moves.clear();
    if (state.differing != 0) moves.add({PortNumber(std::countr_zero(state.differing)), 0, 1});
  }
  State after(Chip, State state, const Move& move) const { return {state.differing & ~(1u << move.port.value())}; }

  /// Every channel is some packet's whole path, and every channel of a higher dimension at its end the second and last
  /// of another's. So these are all dependencies and no others, also where channels of `network` have failed and the
  /// packets that would cross them are lost.
  bool add_dependencies(const Network& network, DependencyGraph& dependencies) const {
    for (const Channel channel : network.channels()) {
      if (!network.attached(channel)) continue;
      dependencies.use({channel, 0});
      for (int port = network.port(channel).value() + 1; port < network.port_count(); ++port)
        if (const Channel next = network.channel(network.target(channel), PortNumber(port)); network.attached(next))
          dependencies.add({channel, 0}, {next, 0});
    }
    return true;
  }
};
static_assert(Routing<ECube>);

}  // namespace vtpu::net::routing
