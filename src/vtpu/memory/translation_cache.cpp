#include "vtpu/memory/translation_cache.h"

namespace vtpu::memory {

const TranslationCache::Entry* TranslationCache::find(std::uint64_t low, std::uint64_t high) const {
  for (const Entry& entry : sets[set_of(low, high)])
    if (entry.tag_low == low && entry.tag_high == high) return &entry;
  return nullptr;
}

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
  for (std::size_t set = 0; set < kSets; ++set)
    for (std::size_t way = 0; way < kWays; ++way)
      if (regions[set][way] == region) sets[set][way] = {}, regions[set][way] = nullptr;
}

void TranslationCache::clear() {
  sets = {};
  regions = {};
  next_way = {};
}

}  // namespace vtpu::memory
