#include "vtpu/memory/translation_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "model.h"

namespace vtpu::memory {
namespace {

std::uint64_t region_at(std::size_t i) { return 1 + i; }

std::byte* base_at(std::uint64_t i) { return reinterpret_cast<std::byte*>(0x1000 + 64 * i); }

TranslationCache::Entry entry_for(PackedCoordinate c, std::uint64_t base, std::uint64_t columns = ~std::uint64_t{0},
                                  unsigned log2 = 3) {
  return {TranslationCache::tag_low(c), TranslationCache::tag_high(c, log2), base_at(base), columns};
}

/// Coordinates whose tags share one set.
std::vector<PackedCoordinate> rivals(std::size_t count) {
  std::vector<PackedCoordinate> all;
  for (std::uint32_t line = 0; all.size() < count; ++line) {
    const PackedCoordinate c = packed({1, 1, 1, 1, 1, 1, 1, 1, 1 + line / 2048, line % 2048, 0});
    if (TranslationCache::set_of(TranslationCache::tag_low(c), TranslationCache::tag_high(c, 3)) == 7) all.push_back(c);
  }
  return all;
}

bool holds(const TranslationCache& cache, PackedCoordinate c, unsigned log2 = 3) {
  return cache.find(TranslationCache::tag_low(c), TranslationCache::tag_high(c, log2)) != nullptr;
}

TEST(TranslationCache, Holds1024EntriesInSetsOfFour) {
  EXPECT_EQ(TranslationCache::kSets * TranslationCache::kWays, 1024u);
  const auto cache = std::make_unique<TranslationCache>();
  for (const PackedCoordinate c : rivals(4)) {
    cache->insert(entry_for(c, 1), region_at(0));
    EXPECT_TRUE(holds(*cache, c));
  }
  EXPECT_EQ(cache->counters.evictions, 0u);
}

TEST(TranslationCache, TheFifthEntryOfASetEvictsTheOldest) {
  const auto cache = std::make_unique<TranslationCache>();
  const auto c = rivals(9);
  for (std::size_t i = 0; i < c.size(); ++i) {
    cache->insert(entry_for(c[i], i), region_at(0));
    EXPECT_EQ(cache->counters.evictions, i < 4 ? 0 : i - 3);
    for (std::size_t j = 0; j <= i; ++j) EXPECT_EQ(holds(*cache, c[j]), j + 4 > i);
  }
}

TEST(TranslationCache, AnEntryWithTheSameTagIsReplacedInPlaceAndKeepsItsAge) {
  const auto cache = std::make_unique<TranslationCache>();
  const auto c = rivals(5);
  for (std::size_t i = 0; i < 4; ++i) cache->insert(entry_for(c[i], i), region_at(0));
  cache->insert(entry_for(c[0], 9, 1), region_at(1));
  EXPECT_EQ(cache->counters.evictions, 0u);
  EXPECT_EQ(cache->find(TranslationCache::tag_low(c[0]), TranslationCache::tag_high(c[0], 3))->base, base_at(9));
  cache->insert(entry_for(c[4], 4), region_at(0));
  EXPECT_FALSE(holds(*cache, c[0]));
}

TEST(TranslationCache, TheCellSizeIsPartOfTheTagAndFlagsAreNot) {
  const auto cache = std::make_unique<TranslationCache>();
  const PackedCoordinate c = rivals(1)[0];
  cache->insert(entry_for(c, 1), region_at(0));
  for (unsigned log2 = 0; log2 <= 6; ++log2) EXPECT_EQ(holds(*cache, c, log2), log2 == 3) << log2;
  EXPECT_TRUE(holds(*cache, c.with_flags(127)));
}

TEST(TranslationCache, ATagCoversTheColumnsThatDifferInTheLowSixBits) {
  const PackedCoordinate c = packed({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 128});
  for (std::uint32_t column = 64; column < 256; ++column)
    EXPECT_EQ(TranslationCache::tag_low(c.with(Axis::column, column)) == TranslationCache::tag_low(c), column / 64 == 2)
        << column;
}

TEST(TranslationCache, AfterForgettingARegionTheOldestRemainingEntryIsEvictedFirst) {
  const auto cache = std::make_unique<TranslationCache>();
  const auto c = rivals(8);
  for (std::size_t i = 0; i < 5; ++i) cache->insert(entry_for(c[i], i), region_at(i == 2 ? 1 : 0));  // age: 1 2 3 4
  cache->forget(region_at(1));                                                                       // age: 1 3 4
  EXPECT_FALSE(holds(*cache, c[2]));
  for (const std::size_t i : {5, 6, 7}) cache->insert(entry_for(c[i], i), region_at(0));
  for (const std::size_t i : {1, 3}) EXPECT_FALSE(holds(*cache, c[i])) << i;
  for (const std::size_t i : {4, 5, 6, 7}) EXPECT_TRUE(holds(*cache, c[i])) << i;
  EXPECT_EQ(cache->counters.evictions, 3u);
}

TEST(TranslationCache, ForgettingCountsNothingAndClearingKeepsTheCounts) {
  const auto cache = std::make_unique<TranslationCache>();
  for (const PackedCoordinate c : rivals(6)) cache->insert(entry_for(c, 1), region_at(0));
  const TranslationCounters before = cache->counters;
  cache->forget(region_at(0));
  cache->clear();
  EXPECT_EQ(cache->counters, before);
  for (const PackedCoordinate c : rivals(6)) EXPECT_FALSE(holds(*cache, c));
}

TEST(TranslationCache, EqualsAListPerSetUnderRandomOperations) {
  Random random(11);
  const auto cache = std::make_unique<TranslationCache>();
  NaiveCache naive;
  for (int round = 0; round < 60000; ++round) {
    const PackedCoordinate c = packed({1, 1, 1, 1, 1, 1, 1, 1, 1, static_cast<std::uint32_t>(random.below(96)),
                                       static_cast<std::uint32_t>(64 * random.below(32))});
    const unsigned log2 = 2 + static_cast<unsigned>(random.below(2));
    const std::uint64_t low = TranslationCache::tag_low(c), high = TranslationCache::tag_high(c, log2);
    const auto* found = cache->find(low, high);
    const auto* expected = naive.find(low, high);
    ASSERT_EQ(found != nullptr, expected != nullptr);
    if (found != nullptr) {
      ASSERT_EQ(found->base, expected->base);
      ASSERT_EQ(found->columns, expected->columns);
    }
    const std::uint64_t what = random.below(1000);
    if (what == 0) {
      const std::uint64_t region = region_at(random.below(4));
      cache->forget(region);
      naive.forget(region);
    } else if (what < 700) {
      const std::uint64_t base = random.below(100), columns = random.next();
      const std::uint64_t region = region_at(random.below(4));
      cache->insert({low, high, base_at(base), columns}, region);
      naive.insert({low, high, base_at(base), columns, region});
    }
    ASSERT_EQ(cache->counters, naive.counters);
  }
  EXPECT_GT(cache->counters.evictions, 1000u);
}

}  // namespace
}  // namespace vtpu::memory
