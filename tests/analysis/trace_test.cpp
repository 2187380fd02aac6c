#include <gtest/gtest.h>

#include <algorithm>
#include <list>

#include "vtpu/analysis/access_pattern.h"
#include "vtpu/analysis/cache_model.h"
#include "vtpu/analysis/thrash.h"
#include "vtpu/base/random.h"

namespace vtpu::analysis {
namespace {

// A naive cache: for each set a list of lines, the most recent first.
struct NaiveCache {
  CacheGeometry geometry;
  std::vector<std::list<std::pair<std::uint64_t, bool>>> sets{geometry.sets()};
  CacheCounters counters{};

  bool access(std::uint64_t line, bool write) {
    auto& set = sets[line % geometry.sets()];
    for (auto at = set.begin(); at != set.end(); ++at) {
      if (at->first != line) continue;
      ++counters.hits;
      const bool dirty = at->second || write;
      set.erase(at);
      set.emplace_front(line, dirty);
      return true;
    }
    ++counters.misses;
    set.emplace_front(line, write);
    if (set.size() > geometry.ways) {
      ++counters.evictions;
      counters.write_backs += set.back().second ? 1 : 0;
      set.pop_back();
    }
    return false;
  }
};

TEST(CacheModel, counts_as_a_naive_cache_does_on_random_traces) {
  Random random(11);
  for (const CacheGeometry& geometry : {CacheGeometry{"a", 4096, 4, 64}, CacheGeometry{"b", 3072, 3, 64},
                                        CacheGeometry{"c", 512, 8, 64}, CacheGeometry{"d", 1024, 1, 32}}) {
    NaiveCache naive{.geometry = geometry};
    Cache cache(geometry);
    for (int k = 0; k < 20000; ++k) {
      const std::uint64_t line = random.below(random.below(4) == 0 ? 400 : 40);
      const bool write = random.below(3) == 0;
      ASSERT_EQ(cache.access(line, write).hit, naive.access(line, write));
    }
    EXPECT_EQ(cache.counters(), naive.counters);
  }
}

TEST(CacheModel, sequential_accesses_miss_once_per_line) {
  auto model = CacheModel::make({{"L1", 32768, 8, 64}, {"L2", 1 << 20, 8, 64}});
  for (std::uint64_t at = 0; at < 65536; at += 8) model->access(at, 8, false);
  EXPECT_EQ(model->levels()[0].counters().misses, 1024U);
  EXPECT_EQ(model->levels()[0].counters().hits, 7U * 1024);
  EXPECT_EQ(model->levels()[1].counters().accesses(), 1024U);
  EXPECT_DOUBLE_EQ(model->levels()[0].counters().hit_rate(), 7.0 / 8);
}

TEST(CacheModel, nine_lines_of_one_set_never_hit_eight_ways_and_eight_always_do) {
  for (const std::uint64_t lines : {8U, 9U}) {
    auto model = CacheModel::make({{"L1", 32768, 8, 64}});
    for (int round = 0; round < 10; ++round) {
      for (std::uint64_t k = 0; k < lines; ++k) model->access(k * 4096, 8, false);
    }
    EXPECT_EQ(model->levels()[0].counters().misses, lines == 8 ? 8U : 90U);
  }
}

TEST(CacheModel, an_access_across_two_lines_returns_the_level_that_hit) {
  auto model = CacheModel::make({{"L1", 1024, 2, 64}, {"L2", 4096, 4, 64}});
  EXPECT_EQ(model->access(60, 8, false), 2U);
  EXPECT_EQ(model->levels()[0].counters().misses, 2U);
  EXPECT_EQ(model->access(0, 8, false), 0U);
  for (std::uint64_t k = 1; k < 3; ++k) model->access(k * 512, 8, false);
  EXPECT_EQ(model->access(0, 8, false), 1U);
}

TEST(CacheModel, a_line_written_to_goes_to_the_next_level_when_evicted) {
  auto model = CacheModel::make({{"L1", 64, 1, 64}, {"L2", 4096, 4, 64}});
  model->access(0, 8, true);
  model->access(64, 8, false);
  EXPECT_EQ(model->levels()[0].counters().write_backs, 1U);
  EXPECT_EQ(model->levels()[1].counters().accesses(), 3U);
}

TEST(CacheModel, invalid_geometries_are_refused) {
  EXPECT_FALSE(CacheModel::make({}).ok());
  EXPECT_FALSE(CacheModel::make({{"x", 1024, 2, 48}}).ok());
  EXPECT_FALSE(CacheModel::make({{"x", 1000, 2, 64}}).ok());
  EXPECT_FALSE(CacheModel::make({{"x", 1024, 0, 64}}).ok());
  EXPECT_FALSE(CacheModel::make({{"x", 0, 2, 64}}).ok());
  EXPECT_FALSE(CacheModel::make({{"x", 1024, 2, 64}, {"y", 2048, 2, 32}}).ok());
}

TEST(ReuseDistance, equals_the_position_in_a_list_of_recent_lines_on_random_traces) {
  Random random(5);
  ReuseDistance reuse;
  std::list<std::uint64_t> recent;
  for (int k = 0; k < 6000; ++k) {  // more than the first size of the tree
    const std::uint64_t line = random.below(random.below(2) == 0 ? 30 : 700);
    const auto found = std::find(recent.begin(), recent.end(), line);
    const auto distance = reuse.access(line);
    ASSERT_EQ(distance.has_value(), found != recent.end());
    if (distance) {
      ASSERT_EQ(*distance, static_cast<std::uint64_t>(std::distance(recent.begin(), found)));
      recent.erase(found);
    }
    recent.push_front(line);
  }
  EXPECT_EQ(reuse.lines(), recent.size());
}

TEST(Thrash, lines_of_one_set_are_conflicts_with_their_set_and_words) {
  ThrashDetector detector({"L1", 32768, 8, 64});
  for (int round = 0; round < 10; ++round) {
    for (std::uint64_t k = 0; k < 9; ++k) detector.access(k < 4 ? 7 : 9, 5 * 64 + k * 4096, 8, false);
    detector.access(3, 64, 8, false);
  }
  EXPECT_EQ(detector.misses().compulsory, 10U);
  EXPECT_EQ(detector.misses().capacity, 0U);
  EXPECT_EQ(detector.misses().conflict, 81U);
  const auto sets = detector.sets();
  ASSERT_EQ(sets.size(), 1U);
  EXPECT_EQ(sets[0].set, 5U);
  EXPECT_EQ(sets[0].conflicts, 81U);
  EXPECT_EQ(sets[0].words, (std::map<std::uint32_t, std::uint64_t>{{7, 36}, {9, 45}}));
}

TEST(Thrash, accesses_to_twice_the_cache_have_capacity_misses_alone) {
  ThrashDetector detector({"L1", 4096, 4, 64});
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t at = 0; at < 8192; at += 64) detector.access(0, at, 64, false);
  }
  EXPECT_EQ(detector.misses().compulsory, 128U);
  EXPECT_EQ(detector.misses().capacity, 256U);
  EXPECT_TRUE(detector.sets().empty());
  EXPECT_EQ(detector.misses().total(), detector.counters().misses);
}

TEST(AccessPattern, distinguishes_constant_sequential_strided_and_random_words) {
  AccessPattern pattern;
  Random random(3);
  for (std::uint64_t k = 0; k < 500; ++k) {
    pattern.access(1, 4096, 8, false);
    pattern.access(2, 8192 + 8 * k, 8, false);
    pattern.access(3, 65536 + 256 * k, 8, true);
    pattern.access(4, (1 << 20) + 8 * random.below(4096), 8, false);
    pattern.access(5, (1 << 21) - 8 * k, 8, false);
  }
  const auto words = pattern.words();
  ASSERT_EQ(words.size(), 5U);
  EXPECT_EQ(words[0].pattern, Pattern::constant);
  EXPECT_EQ(words[1].pattern, Pattern::sequential);
  EXPECT_EQ(words[1].stride, 8);
  EXPECT_EQ(words[2].pattern, Pattern::strided);
  EXPECT_EQ(words[2].stride, 256);
  EXPECT_EQ(words[2].writes, 500U);
  EXPECT_EQ(words[3].pattern, Pattern::random);
  EXPECT_EQ(words[4].pattern, Pattern::sequential);
  EXPECT_EQ(words[4].stride, -8);
  EXPECT_EQ(name_of(words[3].pattern), "random");
}

TEST(AccessPattern, cyclic_accesses_have_one_reuse_distance) {
  AccessPattern pattern;
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t k = 0; k < 100; ++k) pattern.access(0, 64 * k, 8, false);
  }
  EXPECT_EQ(pattern.working_set_lines(), 100U);
  ASSERT_EQ(pattern.reuse().size(), 8U);  // 99 lies in 64 to 127
  EXPECT_EQ(pattern.reuse()[7], 200U);
}

}  // namespace
}  // namespace vtpu::analysis
