#pragma once
#include <bit>
#include <cstdint>

#include "vtpu/net/shape.h"

namespace vtpu::net::routing {

/// What a packet on a grid still has to go: a number of hops and a direction in each dimension, and in each a class of
/// virtual channels. Eight bytes, so that packets stay small and nothing is looked up or divided on the way:
///   bits 0..47   hops left, one byte a dimension
///   bits 48..53  set: that dimension is gone through in the negative direction
///   bits 54..59  class in that dimension
///   bit 60       free for the routing
class Steps {
 public:
  static constexpr int kMostHops = 255;

  /// Adds a way of `hops` (negative: in the negative direction, |hops| ≤ kMostHops) in a dimension that has none.
  void set(int dimension, int hops) {
    const auto length = static_cast<std::uint64_t>(hops < 0 ? -hops : hops);
    bits_ |= length << (8 * dimension) | std::uint64_t{hops < 0} << (48 + dimension);
  }
  int signed_hops(int dimension) const {
    const int length = static_cast<int>(bits_ >> (8 * dimension) & 255);
    return negative(dimension) ? -length : length;
  }
  bool negative(int dimension) const { return (bits_ >> (48 + dimension) & 1) != 0; }
  bool done() const { return (bits_ & kHops) == 0; }
  bool done(int dimension) const { return (bits_ >> (8 * dimension) & 255) == 0; }
  /// The lowest dimension with hops left; not done().
  int dimension() const { return std::countr_zero(bits_) >> 3; }
  /// The port that leads on in a dimension: 2·d for +, 2·d + 1 for -.
  int port(int dimension) const { return 2 * dimension + static_cast<int>(bits_ >> (48 + dimension) & 1); }
  /// One hop fewer in a dimension that has hops left.
  void take(int dimension) { bits_ -= std::uint64_t{1} << (8 * dimension); }

  int vc_class(int dimension) const { return static_cast<int>(bits_ >> (54 + dimension) & 1); }
  /// Raises the class in a dimension to 1 if `raise`.
  void raise_class(int dimension, bool raise) { bits_ |= std::uint64_t{raise} << (54 + dimension); }

  bool mark() const { return (bits_ >> 60 & 1) != 0; }
  void set_mark() { bits_ |= std::uint64_t{1} << 60; }

  bool operator==(const Steps&) const = default;

 private:
  static constexpr std::uint64_t kHops = (std::uint64_t{1} << 48) - 1;
  static_assert(kMaxDimensions <= 6);

  std::uint64_t bits_ = 0;
};

}  // namespace vtpu::net::routing
