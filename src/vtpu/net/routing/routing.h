#pragma once
#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/net/ids.h"

/// How packets choose their paths. A routing is a value; a packet carries its State. Simulators, load analysis and the
/// deadlock check ask a routing the same four questions: how a packet may start, where it may go from a node, in which
/// class of virtual channels, and what its state is afterwards.
namespace vtpu::net::routing {

/// One next hop from a node: the output port, and the class of virtual channels that the packet may take at the far end
/// of that channel.
struct Move {
  PortNumber port;
  int vc_class = 0;
  /// Oblivious routing: the probability of this move; those of a node's moves sum to 1. Adaptive routing: moves with a
  /// probability above 0 compete by free buffer space; those with probability 0 are escapes, taken only when no other
  /// move is possible.
  double probability = 1;
};

/// The next hops from one node; none at the destination.
class Moves {
 public:
  static constexpr int kMost = 64;
  void clear() { size_ = 0; }
  void add(const Move& move) {
    VTPU_CHECK(size_ < kMost, "a routing offers at most 64 moves per node");
    moves_[static_cast<std::size_t>(size_++)] = move;
  }
  int size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Move& operator[](int i) const { return moves_[static_cast<std::size_t>(i)]; }
  const Move* begin() const { return moves_.data(); }
  const Move* end() const { return moves_.data() + size_; }

 private:
  int size_ = 0;
  std::array<Move, kMost> moves_;
};

/// A channel in one class of its virtual channels.
struct ChannelClass {
  Channel channel;
  int vc_class = 0;
  auto operator<=>(const ChannelClass&) const = default;
};

/// Virtual channels `first`..`last` of a channel.
struct VcRange {
  int first = 0;
  int last = 0;
  bool operator==(const VcRange&) const = default;
};

/// The share of class c when `vcs` virtual channels are split evenly over `classes`.
constexpr VcRange even_share(int vc_class, int classes, int vcs) {
  return {vc_class * vcs / classes, (vc_class + 1) * vcs / classes - 1};
}

template <class R>
concept Routing = std::copyable<R> && std::is_trivially_copyable_v<typename R::State> &&
                      sizeof(typename R::State) <= 16 &&
                  requires(const R& routing, typename R::State state, Chip node, int number, Random& random,
                           Moves& moves, const Move& move) {
  { routing.name() } -> std::same_as<std::string>;
  /// Number of classes of virtual channels. A channel needs at least as many virtual channels.
  { routing.vc_classes() } -> std::same_as<int>;
  /// The virtual channels that a class may use, of `vcs` ≥ vc_classes() (class, vcs). Ranges of classes are disjoint.
  { routing.vcs_of(number, number) } -> std::same_as<VcRange>;
  /// Whether there is a path (source, destination). Simulators report messages without one as lost.
  { routing.reaches(node, node) } -> std::same_as<bool>;
  /// A packet's state at its source (source, destination, random): one of the states of for_each_start, drawn with its
  /// probability. Requires reaches(source, destination). A packet whose destination is its source has no moves.
  { routing.start(node, node, random) } -> std::same_as<typename R::State>;
  /// for_each_start(source, destination, visit(State, double probability)): all states a packet may start in.
  routing.for_each_start(node, node, [](const typename R::State&, double) {});
  /// Clears `moves` and fills it with the next hops; it stays empty at the destination.
  { routing.moves(node, state, moves) } -> std::same_as<void>;
  /// The state after a move from `node`.
  { routing.after(node, state, move) } -> std::same_as<typename R::State>;
  /// Whether the simulator chooses among moves by free buffer space rather than by probability.
  { R::kAdaptive } -> std::convertible_to<bool>;
};

}  // namespace vtpu::net::routing
