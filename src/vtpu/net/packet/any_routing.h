#pragma once
#include <array>
#include <cstddef>
#include <cstring>
#include <string>

#include "vtpu/base/random.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::packet {

/// The routing state of one packet. The engine stores these bytes; only the routing reads them.
struct alignas(16) PacketState {
  std::array<std::byte, 16> bytes{};
};

/// A routing without its type, so that the engine and its clients are compiled once for all routings. The members mean
/// what they mean in the concept routing::Routing. `draw` is one call where `moves` and `advance` would be two, because
/// the engine makes it on every hop.
class AnyRouting {
 public:
  virtual ~AnyRouting() = default;
  virtual std::string name() const = 0;
  virtual bool adaptive() const = 0;
  virtual int vc_classes() const = 0;
  virtual routing::VcRange vcs_of(int vc_class, int vcs) const = 0;
  virtual bool reaches(Chip source, Chip destination) const = 0;
  virtual PacketState start(Chip source, Chip destination, Random& random) const = 0;
  virtual void moves(Chip node, const PacketState& state, routing::Moves& moves) const = 0;
  /// Replaces the state by the one after a move from `node`.
  virtual void advance(Chip node, PacketState& state, const routing::Move& move) const = 0;
  /// Oblivious routings: draws one of the next hops by its probability and advances the state. Returns the move, which
  /// lies in `moves`; null at the destination.
  virtual const routing::Move* draw(Chip node, PacketState& state, Random& random, routing::Moves& moves) const = 0;
};

/// Draws one of `moves`, which are not empty, by its probability. Takes no random number if there is only one.
inline const routing::Move& drawn(const routing::Moves& moves, Random& random) {
  if (moves.size() == 1) return moves[0];
  double rest = random.unit();
  for (const routing::Move& move : moves)
    if ((rest -= move.probability) < 0) return move;
  return moves[moves.size() - 1];
}

/// A routing R as an AnyRouting. `routing` must outlive it.
template <routing::Routing R>
class RoutingAdapter final : public AnyRouting {
 public:
  explicit RoutingAdapter(const R& routing) : routing_(routing) {}

  std::string name() const override { return routing_.name(); }
  bool adaptive() const override { return R::kAdaptive; }
  int vc_classes() const override { return routing_.vc_classes(); }
  routing::VcRange vcs_of(int vc_class, int vcs) const override { return routing_.vcs_of(vc_class, vcs); }
  bool reaches(Chip source, Chip destination) const override { return routing_.reaches(source, destination); }
  PacketState start(Chip source, Chip destination, Random& random) const override {
    PacketState packed;
    pack(routing_.start(source, destination, random), packed);
    return packed;
  }
  void moves(Chip node, const PacketState& state, routing::Moves& moves) const override {
    routing_.moves(node, unpacked(state), moves);
  }
  void advance(Chip node, PacketState& state, const routing::Move& move) const override {
    pack(routing_.after(node, unpacked(state), move), state);
  }
  const routing::Move* draw(Chip node, PacketState& state, Random& random, routing::Moves& moves) const override {
    const typename R::State now = unpacked(state);
    routing_.moves(node, now, moves);
    if (moves.empty()) return nullptr;
    const routing::Move& move = drawn(moves, random);
    pack(routing_.after(node, now, move), state);
    return &move;
  }

 private:
  static_assert(sizeof(typename R::State) <= sizeof(PacketState));

  static void pack(const typename R::State& state, PacketState& packed) {
    std::memcpy(packed.bytes.data(), &state, sizeof state);
  }
  static typename R::State unpacked(const PacketState& packed) {
    typename R::State state;
    std::memcpy(&state, packed.bytes.data(), sizeof state);
    return state;
  }

  const R& routing_;
};

}  // namespace vtpu::net::packet
