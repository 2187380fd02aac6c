// Does the modelled pointer chase miss as often as its working set says, and is the set at a wanted rate the smallest?
#include "vtpu/study/access/chase_misses.h"

#include <gtest/gtest.h>

namespace vtpu::study::access {
namespace {

const analysis::CacheGeometry kCache = {"L1", 32768, 8, 64};
constexpr std::size_t kCell = 8, kPage = 4096;

TEST(ChaseMisses, ASetThatFitsTheCacheNeverMissesAndOneFarLargerNearlyAlways) {
  EXPECT_EQ(chase_miss_rate(kCache, kCache.bytes / kCell, Random(1)), 0);
  EXPECT_GT(chase_miss_rate(kCache, 64 * kCache.bytes / kCell, Random(1)), 0.97);
}

TEST(ChaseMisses, ALargerCacheMissesLessOfTheSameSet) {
  const analysis::CacheGeometry larger = {"L1", 49152, 12, 64};
  EXPECT_LT(chase_miss_rate(larger, 4 * kCache.bytes / kCell, Random(1)),
            chase_miss_rate(kCache, 4 * kCache.bytes / kCell, Random(1)));
}

TEST(ChaseMisses, TheSetAtAWantedRateIsTheSmallestInWholePages) {
  for (const double wanted : {0.1, 0.7}) {
    const std::size_t bytes = bytes_whose_chase_misses(wanted, kCache, Random(1));
    EXPECT_EQ(bytes % kPage, 0u);
    EXPECT_GE(chase_miss_rate(kCache, bytes / kCell, Random(1)), wanted);
    EXPECT_LT(chase_miss_rate(kCache, (bytes - kPage) / kCell, Random(1)), wanted);
  }
}

}  // namespace
}  // namespace vtpu::study::access
