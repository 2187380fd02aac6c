#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "vtpu/phext/packed.h"

namespace vtpu::memory {

/// The exact counters of a translation cache.
struct TranslationCounters {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t evictions = 0;  ///< valid entries replaced by one with another tag

  friend bool operator==(const TranslationCounters&, const TranslationCounters&) = default;
};

/// 1024 translations in 256 sets of 4 ways. Replacement within a set is first in, first out, so that a hit writes
/// nothing. A translation covers the coordinates that differ only in the low six bits of the column. Compiled code
/// looks up entries itself and relies on this layout and on `set_of`.
class TranslationCache {
 public:
  static constexpr std::size_t kSets = 256;
  static constexpr std::size_t kWays = 4;
  static constexpr std::uint64_t kColumns = 64;
  static constexpr std::uint64_t kHashFactor = 0x9e3779b97f4a7c15U;
  /// The tag's upper word has log2 of the cell's bytes above the coordinate, so that an access with another width never
  /// hits.
  static constexpr unsigned kCellShift = 57;
  /// No coordinate has this tag.
  static constexpr std::uint64_t kInvalid = ~std::uint64_t{0};

  struct Entry {
    std::uint64_t tag_low = kInvalid;   ///< low word of the coordinate, its low six bits 0
    std::uint64_t tag_high = kInvalid;  ///< high word of the coordinate without flags, and log2 of the cell's bytes
    std::byte* base = nullptr;          ///< the address that column 0 of the 64 would have
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
  /// The set of a tag: the top eight bits of a multiplicative hash.
  static std::size_t set_of(std::uint64_t low, std::uint64_t high) {
    return ((low ^ std::rotl(high, 32)) * kHashFactor) >> 56;
  }

  std::array<std::array<Entry, kWays>, kSets> sets{};
  /// The handles of the entries' regions (0 for a free way) and the way to replace next; look-ups do not need them.
  /// Starting at that way, the entries are in the order of their age; in a set with a free way it is way 0.
  std::array<std::array<std::uint64_t, kWays>, kSets> regions{};
  std::array<std::uint8_t, kSets> next_way{};
  TranslationCounters counters;

  /// The entry with this tag, or null. Counts nothing.
  const Entry* find(std::uint64_t low, std::uint64_t high) const {
    for (const Entry& entry : sets[set_of(low, high)])
      if (entry.tag_low == low && entry.tag_high == high) return &entry;
    return nullptr;
  }
  /// Whether an access to this cell would hit.
  bool hits(phext::PackedCoordinate c, unsigned cell_log2) const {
    const Entry* entry = find(tag_low(c), tag_high(c, cell_log2));
    return entry != nullptr && (entry->columns >> c.get(phext::Axis::column) % kColumns & 1) != 0;
  }
  /// Inserts an entry: it replaces the entry with the same tag and takes its age, else it takes a free way, else it
  /// evicts the oldest entry of its set. `region`: its handle, not 0.
  void insert(const Entry& entry, std::uint64_t region);
  /// Drops the translations of a region without counting evictions.
  void forget(std::uint64_t region) {
    forget_where([region](std::uint64_t each) { return each == region; });
  }
  /// Drops the translations of the regions for which gone(handle), as `forget`.
  template <class Gone>
  void forget_where(const Gone& gone);
  void clear();
};

template <class Gone>
void TranslationCache::forget_where(const Gone& gone) {
  for (std::size_t set = 0; set < kSets; ++set) {
    const auto goes = [&gone](std::uint64_t region) { return region != 0 && gone(region); };
    if (std::none_of(regions[set].begin(), regions[set].end(), goes)) continue;
    // The remaining entries move together in the order of their age, so that the next to be replaced is again the
    // oldest.
    std::array<Entry, kWays> kept{};
    std::array<std::uint64_t, kWays> owners{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < kWays; ++i) {
      const std::size_t way = (next_way[set] + i) % kWays;
      if (regions[set][way] == 0 || goes(regions[set][way])) continue;
      kept[count] = sets[set][way];
      owners[count++] = regions[set][way];
    }
    sets[set] = kept;
    regions[set] = owners;
    next_way[set] = 0;
  }
}

}  // namespace vtpu::memory
