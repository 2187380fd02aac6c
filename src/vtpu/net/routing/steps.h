#pragma once
#include <bit>
#include <cstdint>

#include "vtpu/net/ids.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::routing {

/// The remaining path of a packet on a grid: hops, direction and class of virtual channels in each dimension. It is
/// packed into eight bytes, so that packets stay small and a hop needs no table and no division:
///   bits 0..47   hops left, one byte per dimension
///   bits 48..53  set: the packet crosses that dimension in the negative direction
///   bits 54..59  class in that dimension
///   bit 60       free for use by the routing
class Steps {
 public:
  static constexpr int kMostHops = 255;

  /// Adds `hops` hops (negative: in the negative direction, |hops| ≤ kMostHops) in a dimension that has none.
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
  /// The lowest dimension with hops left. Requires !done().
  int dimension() const { return std::countr_zero(bits_) >> 3; }
  /// The output port for the next hop in a dimension: 2·d for +, 2·d + 1 for -.
  PortNumber port(int dimension) const {
    return PortNumber(2 * dimension + static_cast<int>(bits_ >> (48 + dimension) & 1));
  }
  /// Takes one hop in a dimension that has hops left.
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
