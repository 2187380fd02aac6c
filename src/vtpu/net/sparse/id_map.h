#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "vtpu/net/shape.h"

namespace vtpu::net::sparse {

/// Where a vocabulary id stands in the sparse lattice: volume, book, chapter, section, scroll. A map may give 0 parts,
/// which no phext coordinate has; `valid` tells.
struct SparseCoordinate {
  std::array<int, 5> parts{};

  bool valid() const;  ///< every part 1..999
  auto operator<=>(const SparseCoordinate&) const = default;
};

/// "8.47.29/31.2", without padding.
std::string to_string(const SparseCoordinate& coordinate);

/// Ids that the base-100 map tells apart: five digits of base 100.
inline constexpr std::uint64_t kBase100Ids = 10'000'000'000;

/// The decimal split of the source documents (wave 5): the five base-100 digits of the id, from the highest. Parts run
/// 0..99, so that an id with a pair of zeros in it gives no valid coordinate. `id` < kBase100Ids.
SparseCoordinate base100_coordinate(std::uint64_t id);
/// The inverse. Parts 0..99.
std::uint64_t base100_id(const SparseCoordinate& coordinate);

/// Parts of the mixing map: the largest multiple of 16 below 100, so that every one of 16 places gets as many parts.
inline constexpr int kMixedSide = 96;
inline constexpr std::uint64_t kMixedIds = 96ULL * 96 * 96 * 96 * 96;

/// A bijection of 0..kMixedIds-1 with coordinates of parts 1..96. Ids are permuted as 33-bit words by shifts and odd
/// multiplications, each of which can be undone; a word beyond kMixedIds is permuted again until it falls below
/// (cycle walking: Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002). The digits of base 96,
/// plus one, are the parts. Neighbouring ids come to lie far apart. `id` < kMixedIds.
SparseCoordinate mixed_coordinate(std::uint64_t id);
/// The inverse. Parts 1..96.
std::uint64_t mixed_id(const SparseCoordinate& coordinate);

/// The chip that holds a coordinate on a machine of volumes x books x chapters: each part folds onto its side, 1 onto
/// the first place, side + 1 onto the first again, and 0 onto the last. Section and scroll stay inside the chip.
/// `machine`: three dimensions.
int owner_chip(const SparseCoordinate& coordinate, const Shape& machine);

}  // namespace vtpu::net::sparse
