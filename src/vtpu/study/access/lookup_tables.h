#pragma once
#include <absl/container/flat_hash_map.h>
#include <absl/hash/hash.h>

#include <cstdint>
#include <unordered_map>

#include "vtpu/base/random.h"
#include "vtpu/memory/coordinate_map.h"
#include "vtpu/phext/packed.h"

/// Tables from packed coordinates to 64-bit values with one interface, for the experiment and the benchmark that
/// compare them.
namespace vtpu::study::access {

using phext::PackedCoordinate;

inline constexpr std::uint64_t kAbsent = ~std::uint64_t{0};

/// The project's 64-bit hash of a coordinate.
struct ProjectHash {
  std::size_t operator()(const PackedCoordinate& c) const { return c.hash(); }
};
/// Abseil's default hash.
struct AbslHash {
  std::size_t operator()(const PackedCoordinate& c) const {
    return absl::HashOf(static_cast<std::uint64_t>(c.bits() >> 64), static_cast<std::uint64_t>(c.bits()));
  }
};

/// The i-th key. Keys are distinct and scattered over all axes.
inline PackedCoordinate key(std::uint64_t i) {
  const std::uint64_t low = mix64(i);
  return PackedCoordinate::from_bits(static_cast<PackedCoordinate::Bits>(mix64(~i) >> 7) << 64 | low);
}

struct OurMap {
  memory::CoordinateMap map;
  explicit OurMap(std::size_t entries) : map(entries) {}
  void insert(const PackedCoordinate& c, std::uint64_t value) { map.insert(c, value); }
  std::uint64_t find(const PackedCoordinate& c) const {
    const std::uint64_t* found = map.find(c);
    return found == nullptr ? kAbsent : *found;
  }
};
template <class Map>
struct OtherMap {
  Map map;
  explicit OtherMap(std::size_t entries) { map.reserve(entries); }
  void insert(const PackedCoordinate& c, std::uint64_t value) { map[c] = value; }
  std::uint64_t find(const PackedCoordinate& c) const {
    const auto found = map.find(c);
    return found == map.end() ? kAbsent : found->second;
  }
};
using StdMap = OtherMap<std::unordered_map<PackedCoordinate, std::uint64_t, ProjectHash>>;
using AbslProjectHash = OtherMap<absl::flat_hash_map<PackedCoordinate, std::uint64_t, ProjectHash>>;
using AbslOwnHash = OtherMap<absl::flat_hash_map<PackedCoordinate, std::uint64_t, AbslHash>>;

}  // namespace vtpu::study::access
