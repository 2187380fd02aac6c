#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "vtpu/net/shape.h"

namespace vtpu::net::sparse {

/// The position of a vocabulary id in the sparse lattice: volume, book, chapter, section, scroll. A map may give parts
/// of 0, which no phext coordinate has; `valid` checks for them.
struct SparseCoordinate {
  std::array<int, 5> parts{};

  bool valid() const;  ///< every part 1..999
  auto operator<=>(const SparseCoordinate&) const = default;
};

/// A coordinate such as "8.47.29/31.2", without padding.
std::string to_string(const SparseCoordinate& coordinate);

/// The number of ids that the base-100 map distinguishes: five digits of base 100.
inline constexpr std::uint64_t kBase100Ids = 10'000'000'000;

/// The decimal split of the source documents (wave 5): the five base-100 digits of the id, from the highest. Parts are
/// 0..99; an id with a base-100 digit of zero gives no valid coordinate. `id` < kBase100Ids.
SparseCoordinate base100_coordinate(std::uint64_t id);
/// The inverse. Parts 0..99.
std::uint64_t base100_id(const SparseCoordinate& coordinate);

/// The number of values per part of the mixing map: the largest multiple of 16 below 100, so that each of 16 chips
/// along a side gets equally many.
inline constexpr int kMixedSide = 96;
inline constexpr std::uint64_t kMixedIds = 96ULL * 96 * 96 * 96 * 96;

/// A bijection between 0..kMixedIds-1 and coordinates with parts 1..96. Ids are permuted as 33-bit words by shifts and
/// odd multiplications, all of which are invertible. A word not below kMixedIds is permuted again until it is (cycle
/// walking: Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002). The digits of base 96, plus one,
/// are the parts. Neighbouring ids end up far apart. `id` < kMixedIds.
SparseCoordinate mixed_coordinate(std::uint64_t id);
/// The inverse. Parts 1..96.
std::uint64_t mixed_id(const SparseCoordinate& coordinate);

/// The chip that holds a coordinate on a machine of volumes x books x chapters. Each part is folded modulo its side: 1
/// and side + 1 map to the first position, 0 to the last. Section and scroll stay within the chip. `machine`: three
/// dimensions.
int owner_chip(const SparseCoordinate& coordinate, const Shape& machine);

}  // namespace vtpu::net::sparse
