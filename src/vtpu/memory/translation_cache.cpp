#include "vtpu/memory/translation_cache.h"

#include <algorithm>

namespace vtpu::memory {

void TranslationCache::insert(const Entry& entry, const Region* region) {
  const std::size_t set = set_of(entry.tag_low, entry.tag_high);
  std::size_t way = kWays;
  for (std::size_t i = 0; i < kWays && way == kWays; ++i)
    if (sets[set][i].tag_low == entry.tag_low && sets[set][i].tag_high == entry.tag_high) way = i;
  for (std::size_t i = 0; i < kWays && way == kWays; ++i)
    if (sets[set][i].tag_low == kInvalid) way = i;
  if (way == kWays) {
    way = next_way[set];
    next_way[set] = static_cast<std::uint8_t>((way + 1) % kWays);
    ++counters.evictions;
  }
  sets[set][way] = entry;
  regions[set][way] = region;
}

void TranslationCache::forget(const Region* region) {
  for (std::size_t set = 0; set < kSets; ++set) {
    if (std::find(regions[set].begin(), regions[set].end(), region) == regions[set].end()) continue;
    // The remaining entries move together in the order of their age, so that the next to be replaced is again the
    // oldest.
    std::array<Entry, kWays> kept{};
    std::array<const Region*, kWays> owners{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < kWays; ++i) {
      const std::size_t way = (next_way[set] + i) % kWays;
      if (regions[set][way] == nullptr || regions[set][way] == region) continue;
      kept[count] = sets[set][way];
      owners[count++] = regions[set][way];
    }
    sets[set] = kept;
    regions[set] = owners;
    next_way[set] = 0;
  }
}

void TranslationCache::clear() {
  sets = {};
  regions = {};
  next_way = {};
}

}  // namespace vtpu::memory
