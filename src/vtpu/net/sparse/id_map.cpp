#include "vtpu/net/sparse/id_map.h"

#include <fmt/core.h>

#include "vtpu/base/check.h"

namespace vtpu::net::sparse {
namespace {

constexpr int kWordBits = 33;  // the smallest width that holds kMixedIds
constexpr std::uint64_t kMask = (1ULL << kWordBits) - 1;
static_assert(kMixedIds <= kMask && kMixedIds > kMask / 2);

// Keeps id 0 from mapping to the origin.
constexpr std::uint64_t kOffset = 0x9E3779B97F4A7C15 & kMask;
// Odd constants, so that multiplication modulo a power of two is invertible; those of SplitMix64's finaliser, cut to
// the word.
constexpr std::array<std::uint64_t, 2> kFactors = {0xBF58476D1CE4E5B9 & kMask, 0x94D049BB133111EB & kMask};
constexpr std::array<int, 3> kShifts = {16, 14, 17};

constexpr std::uint64_t inverse_factor(std::uint64_t odd) {
  std::uint64_t inverse = odd;  // correct in the lowest three bits; each Newton step doubles their number
  for (int step = 0; step < 5; ++step) inverse *= 2 - odd * inverse;
  return inverse & kMask;
}
static_assert((kFactors[0] * inverse_factor(kFactors[0]) & kMask) == 1);
static_assert((kFactors[1] * inverse_factor(kFactors[1]) & kMask) == 1);

std::uint64_t undo_shift(std::uint64_t word, int shift) {
  std::uint64_t undone = word;
  for (int known = shift; known < kWordBits; known += shift) undone = word ^ (undone >> shift);
  return undone;
}

std::uint64_t permute(std::uint64_t word) {
  word = (word + kOffset) & kMask;
  word ^= word >> kShifts[0];
  word = word * kFactors[0] & kMask;
  word ^= word >> kShifts[1];
  word = word * kFactors[1] & kMask;
  return word ^ (word >> kShifts[2]);
}

std::uint64_t permute_back(std::uint64_t word) {
  word = undo_shift(word, kShifts[2]);
  word = word * inverse_factor(kFactors[1]) & kMask;
  word = undo_shift(word, kShifts[1]);
  word = word * inverse_factor(kFactors[0]) & kMask;
  word = undo_shift(word, kShifts[0]);
  return (word - kOffset) & kMask;
}

}  // namespace

bool SparseCoordinate::valid() const {
  for (const int part : parts) {
    if (part < 1 || part > 999) return false;
  }
  return true;
}

std::string to_string(const SparseCoordinate& coordinate) {
  const std::array<int, 5>& p = coordinate.parts;
  return fmt::format("{}.{}.{}/{}.{}", p[0], p[1], p[2], p[3], p[4]);
}

SparseCoordinate base100_coordinate(std::uint64_t id) {
  VTPU_CHECK(id < kBase100Ids, "an id of the base-100 map has at most ten decimal digits");
  SparseCoordinate coordinate;
  for (std::size_t part = 5; part-- > 0; id /= 100) coordinate.parts[part] = static_cast<int>(id % 100);
  return coordinate;
}

std::uint64_t base100_id(const SparseCoordinate& coordinate) {
  std::uint64_t id = 0;
  for (const int part : coordinate.parts) {
    VTPU_CHECK(part >= 0 && part < 100, "a part of the base-100 map is in 0..99");
    id = id * 100 + static_cast<std::uint64_t>(part);
  }
  return id;
}

SparseCoordinate mixed_coordinate(std::uint64_t id) {
  VTPU_CHECK(id < kMixedIds, "an id of the mixing map is below 96^5");
  std::uint64_t word = id;
  do {
    word = permute(word);
  } while (word >= kMixedIds);
  SparseCoordinate coordinate;
  for (std::size_t part = 5; part-- > 0; word /= kMixedSide) {
    coordinate.parts[part] = static_cast<int>(word % kMixedSide) + 1;
  }
  return coordinate;
}

std::uint64_t mixed_id(const SparseCoordinate& coordinate) {
  std::uint64_t word = 0;
  for (const int part : coordinate.parts) {
    VTPU_CHECK(part >= 1 && part <= kMixedSide, "a part of the mixing map is in 1..96");
    word = word * kMixedSide + static_cast<std::uint64_t>(part - 1);
  }
  do {
    word = permute_back(word);
  } while (word >= kMixedIds);
  return word;
}

int owner_chip(const SparseCoordinate& coordinate, const Shape& machine) {
  VTPU_CHECK(machine.dimensions() == 3, "owners are chips of a machine of volumes, books and chapters");
  Coordinates place{};
  for (int dimension = 0; dimension < 3; ++dimension) {
    const int side = machine.side(dimension);
    const int part = coordinate.parts[static_cast<std::size_t>(dimension)];
    place[static_cast<std::size_t>(dimension)] = (part + side - 1) % side;
  }
  return machine.index_of(place);
}

}  // namespace vtpu::net::sparse
