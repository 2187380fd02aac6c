#include "vtpu/memory/translation_cache.h"

namespace vtpu::memory {

void TranslationCache::insert(const Entry& entry, std::uint64_t region) {
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

void TranslationCache::clear() {
  sets = {};
  regions = {};
  next_way = {};
}

}  // namespace vtpu::memory
