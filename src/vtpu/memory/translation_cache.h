#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "vtpu/phext/packed.h"

namespace vtpu::memory {

class Region;

/// Counts of a translation cache, exact.
struct TranslationCounters {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t evictions = 0;  ///< valid entries that gave way to one with another tag

  friend bool operator==(const TranslationCounters&, const TranslationCounters&) = default;
};

/// 1024 translations in 256 sets of 4 ways, replaced first in, first out within a set, so that a hit writes nothing.
/// A translation covers up to 64 neighbours on the column axis: the coordinates that differ in the column's low six
/// bits only. Compiled code looks entries up by itself; it relies on this layout and on `set_of`.
class TranslationCache {
 public:
  static constexpr std::size_t kSets = 256;
  static constexpr std::size_t kWays = 4;
  static constexpr std::uint64_t kColumns = 64;
  static constexpr std::uint64_t kHashFactor = 0x9e3779b97f4a7c15U;
  /// The cell's log2 bytes stands in the tag's upper word above the coordinate, so that an access with another width
  /// never hits.
  static constexpr unsigned kCellShift = 57;
  /// No coordinate has this tag.
  static constexpr std::uint64_t kInvalid = ~std::uint64_t{0};

  struct Entry {
    std::uint64_t tag_low = kInvalid;   ///< low word of the coordinate, its low six bits 0
    std::uint64_t tag_high = kInvalid;  ///< high word of the coordinate without flags, and log2 of the cell's bytes
    std::byte* base = nullptr;          ///< where the cell of column 0 of the 64 would lie
    std::uint64_t columns = 0;          ///< bit k: the cell of column k lies at base + k × cell bytes
  };
  static_assert(sizeof(Entry) == 32);

  static std::uint64_t tag_low(phext::PackedCoordinate c) {
    return static_cast<std::uint64_t>(c.bits()) & ~(kColumns - 1);
  }
  static std::uint64_t tag_high(phext::PackedCoordinate c, unsigned cell_log2) {
    constexpr std::uint64_t kValue = (std::uint64_t{1} << kCellShift) - 1;
    return (static_cast<std::uint64_t>(c.bits() >> 64) & kValue) |
           (static_cast<std::uint64_t>(cell_log2) << kCellShift);
  }
  /// The set of a tag: a multiplicative hash, whose top eight bits are the set.
  static std::size_t set_of(std::uint64_t low, std::uint64_t high) {
    return ((low ^ std::rotl(high, 32)) * kHashFactor) >> 56;
  }

  std::array<std::array<Entry, kWays>, kSets> sets{};
  /// Regions of the entries, null for a free way, and the way to replace next: not needed to use a translation. From
  /// that way on the entries stand in the order of their age; in a set with a free way it is way 0.
  std::array<std::array<const Region*, kWays>, kSets> regions{};
  std::array<std::uint8_t, kSets> next_way{};
  TranslationCounters counters;

  /// The entry with that tag, or null. Counts nothing.
  const Entry* find(std::uint64_t low, std::uint64_t high) const {
    for (const Entry& entry : sets[set_of(low, high)])
      if (entry.tag_low == low && entry.tag_high == high) return &entry;
    return nullptr;
  }
  /// Puts an entry in: over the one with the same tag, whose age it takes, else into a free way, else over the oldest
  /// of its set, which is an eviction. `region` is not null.
  void insert(const Entry& entry, const Region* region);
  /// Drops the translations of a region, counting none.
  void forget(const Region* region);
  void clear();
};

}  // namespace vtpu::memory
