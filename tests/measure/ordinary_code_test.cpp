// Do the loops of ordinary code compute their answers, and are their operations counted by the stated rule?
#include "vtpu/measure/ordinary_code.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace vtpu::measure {
namespace {

TEST(OrdinaryCode, GivesTheIndependentlyComputedAnswersForAnySeedAndInEveryRun) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    OrdinaryData data{Random(seed)};
    const std::vector<OrdinaryLoop> loops = ordinary_loops(data);
    EXPECT_EQ(loops.size(), 10U);
    for (int again = 0; again < 2; ++again)
      for (const OrdinaryLoop& loop : loops) EXPECT_EQ(loop.run(data), loop.answer) << loop.name << ", seed " << seed;
  }
}

TEST(OrdinaryCode, CountsTheOperationsOfTheSourceText) {
  OrdinaryData data{Random(1)};
  std::map<std::string, OrdinaryLoop> loops;
  for (const OrdinaryLoop& loop : ordinary_loops(data)) loops.emplace(loop.name, loop);
  EXPECT_EQ(loops.at("dot_product").ops, 4 * 1024);
  EXPECT_EQ(loops.at("dot_product").control, 2 * 1024);
  EXPECT_EQ(loops.at("fnv_hash").ops, 3 * 4096);
  EXPECT_EQ(loops.at("list_sum").ops, 3 * 1024);
  EXPECT_EQ(loops.at("list_sum").control, 1024);
  EXPECT_EQ(loops.at("matrix_product").ops, 4 * 24 * 24 * 24 + 24 * 24);
  EXPECT_EQ(loops.at("binary_search").ops, (3 * 10 + 2) * 1024);
  EXPECT_EQ(loops.at("stencil").ops, 7 * 1022);
}

TEST(OrdinaryCode, SortsEveryGroup) {
  OrdinaryData data{Random(4)};
  for (const OrdinaryLoop& loop : ordinary_loops(data))
    if (std::string(loop.name) == "sort_groups") loop.run(data);
  for (auto group = data.scratch.begin(); group != data.scratch.end(); group += OrdinaryData::kGroup)
    EXPECT_TRUE(std::is_sorted(group, group + OrdinaryData::kGroup));
  EXPECT_EQ(std::multiset<std::uint64_t>(data.scratch.begin(), data.scratch.end()),
            std::multiset<std::uint64_t>(data.left.begin(), data.left.end()));
}

}  // namespace
}  // namespace vtpu::measure
