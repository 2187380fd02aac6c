#pragma once
#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"

/// How packets find their way. A routing is a value; a packet carries its State. Simulators, load analysis and the
/// proof of deadlock freedom all ask the same four questions of it: how a packet may start, where it may go on from a
/// node, in which class of virtual channels, and what its state is afterwards.
namespace vtpu::net::routing {

/// One way on from a node: the port it leaves by and the class of virtual channels it may take at the far end of that
/// channel.
struct Move {
  int port = 0;
  int vc_class = 0;
  /// Of an oblivious routing: how often this way is taken; the probabilities of a node's moves sum to 1. Of an adaptive
  /// one: the order of preference is by free room; moves with probability 0 are taken only when no other can be
  /// (escape).
  double probability = 1;
};

/// The ways on from one node, none at the destination.
class Moves {
 public:
  static constexpr int kMost = 64;
  void clear() { size_ = 0; }
  void add(const Move& move) {
    VTPU_CHECK(size_ < kMost, "a node offers at most 64 ways on");
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
  int channel = 0;
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
                  requires(const R& routing, typename R::State state, int node, Random& random, Moves& moves,
                           const Move& move) {
  { routing.name() } -> std::same_as<std::string>;
  /// Classes of virtual channels in use; a channel needs at least as many virtual channels.
  { routing.vc_classes() } -> std::same_as<int>;
  /// Which of `vcs` ≥ vc_classes() virtual channels a class may use (class, vcs). Ranges of classes do not overlap.
  { routing.vcs_of(node, node) } -> std::same_as<VcRange>;
  /// Whether there is a way (source, destination). Simulators report messages without one as lost.
  { routing.reaches(node, node) } -> std::same_as<bool>;
  /// A packet's state at its source (source, destination, random), one of those of for_each_start, each as often as
  /// its probability says. Requires reaches(source, destination); a packet to its own source has no moves.
  { routing.start(node, node, random) } -> std::same_as<typename R::State>;
  /// for_each_start(source, destination, visit(State, double probability)): all states a packet may start in.
  routing.for_each_start(node, node, [](const typename R::State&, double) {});
  /// Clears `moves` and fills it with the ways on; empty where the packet is to be delivered.
  { routing.moves(node, state, moves) } -> std::same_as<void>;
  /// The state behind a move from `node`.
  { routing.after(node, state, move) } -> std::same_as<typename R::State>;
  /// Whether the simulator chooses among moves by free room rather than by probability.
  { R::kAdaptive } -> std::convertible_to<bool>;
};

}  // namespace vtpu::net::routing
