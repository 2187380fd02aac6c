#pragma once
#include <functional>
#include <string>
#include <utility>

#include "vtpu/base/random.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::routing {

/// Valiant's routing: by dimension order to an intermediate chip drawn uniformly from all chips, source and destination
/// included, and from there by dimension order to the destination. Any permutation then loads channels like twice
/// uniform traffic. The second phase has its own classes, above those of the first. Source: Valiant, "A scheme for fast
/// parallel communication", SIAM Journal on Computing 11(2), 1982.
class Valiant {
 public:
  /// Both phases are drawn at the source, so the state consists of the two paths.
  struct State {
    Steps now;
    Steps later;  ///< empty in the second phase
    bool operator==(const State&) const = default;
  };
  static constexpr bool kAdaptive = false;

  explicit Valiant(DimensionOrder phase) : phase_(std::move(phase)) {}

  std::string name() const { return "Valiant, " + phase_.name(); }
  int vc_classes() const { return 2 * phase_.vc_classes(); }
  VcRange vcs_of(int vc_class, int vcs) const { return even_share(vc_class, vc_classes(), vcs); }
  bool reaches(Chip, Chip) const { return true; }

  State start(Chip source, Chip destination, Random& random) const {
    if (source == destination) return {};
    const Chip between(static_cast<int>(random.below(static_cast<std::uint64_t>(phase_.chip_count()))));
    const Steps first = phase_.start(source, between, random);
    return both(first, phase_.start(between, destination, random));
  }
  template <class Visit>
  void for_each_start(Chip source, Chip destination, Visit visit) const {
    if (source == destination) return visit(State{}, 1.0);
    const int chips = phase_.chip_count();
    for (const Chip between : index_range<Chip>(chips))
      phase_.for_each_start(source, between, [&](const Steps& first, double of_first) {
        phase_.for_each_start(between, destination, [&](const Steps& second, double of_second) {
          visit(both(first, second), of_first * of_second / chips);
        });
      });
  }

  void moves(Chip node, const State& state, Moves& moves) const {
    phase_.moves(node, state.now, moves);
    if (moves.empty() || !state.now.mark()) return;
    Move second = moves[0];
    second.vc_class += phase_.vc_classes();
    moves.clear();
    moves.add(second);
  }
  State after(Chip node, State state, const Move& move) const {
    return both(phase_.after(node, state.now, move), state.later);
  }

  /// The dependencies of each phase, and those from every channel in the first phase to every next channel in the
  /// second.
  void for_each_dependency(const Network& network, const std::function<void(ChannelClass, ChannelClass)>& visit) const {
    const int classes = phase_.vc_classes();
    phase_.for_each_dependency(network, [&](ChannelClass from, ChannelClass to) {
      visit(from, to);
      visit({from.channel, from.vc_class + classes}, {to.channel, to.vc_class + classes});
    });
    for (const Channel channel : network.channels()) {
      if (!network.attached(channel)) continue;
      for (const PortNumber port : network.ports()) {
        const Channel next = network.channel(network.target(channel), port);
        if (!network.attached(next)) continue;
        for (int held = 0; held < classes; ++held)
          for (int asked = 0; asked < classes; ++asked) visit({channel, held}, {next, classes + asked});
      }
    }
  }

 private:
  /// The second phase, which its mark identifies, begins where the first is done.
  static State both(Steps now, Steps later) {
    if (now.mark()) return {now, {}};
    later.set_mark();
    if (now.done()) return {later, {}};
    return {now, later};
  }

  DimensionOrder phase_;
};
static_assert(Routing<Valiant>);

}  // namespace vtpu::net::routing
