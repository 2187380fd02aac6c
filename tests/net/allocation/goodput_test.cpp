#include "vtpu/net/allocation/goodput.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numeric>

#include "vtpu/base/csv.h"

namespace vtpu::net::allocation {
namespace {

const Shape kGrid{4, 4, 4};

TEST(Goodput, TheBinomialLawEqualsItsRationalForm) {
  // p = 3/4: every term is an integer over 4^n, which the 53-bit significand of a double holds exactly up to n = 20 and
  // beyond.
  constexpr int kThings = 20;
  const CountLaw law = binomial_law(kThings, 0.75);
  std::uint64_t choose = 1, power = 1;
  const double all = static_cast<double>(std::uint64_t{1} << (2 * kThings));
  for (int k = 0; k <= kThings; ++k) {
    EXPECT_EQ(law[static_cast<std::size_t>(k)], static_cast<double>(choose * power) / all) << k;
    choose = choose * static_cast<std::uint64_t>(kThings - k) / static_cast<std::uint64_t>(k + 1);
    power *= 3;
  }
}

TEST(Goodput, ALawSumsToOneAndHasItsMean) {
  for (const double p : {0.0, 0.01, 0.5, 0.9, 1.0}) {
    const CountLaw law = binomial_law(64, p);
    EXPECT_NEAR(std::accumulate(law.begin(), law.end(), 0.0), 1, 1e-13);
    EXPECT_NEAR(expected(law), 64 * p, 1e-11);
  }
}

TEST(Goodput, ProbabilitiesOfCubesEqualTheRowsThatTheDataDerive) {
  const Result<Csv> facts = read_csv(VTPU_ROOT "/data/published/availability.csv");
  ASSERT_TRUE(facts);
  const std::size_t ids = *facts->column("id"), values = *facts->column("value"), kinds = *facts->column("kind");
  // The source prints none of these: whoever entered the rows computed them from the source's model.
  const auto derived = [&](const std::string& id) {
    for (const Csv::Row& row : facts->rows) {
      if (row.cells[ids] != id) continue;
      EXPECT_EQ(row.cells[kinds], "derived") << id;
      return std::stod(row.cells[values]);
    }
    return -1.0;
  };
  const double up = block_availability(0.99);
  EXPECT_NEAR(up, derived("AV-011"), 5e-7);
  const CountLaw law = binomial_law(64, up);
  EXPECT_NEAR(expected(law), derived("AV-012"), 5e-5);
  EXPECT_NEAR(at_least(law, 64) / derived("AV-013"), 1, 1e-5);
  EXPECT_NEAR(at_least(law, 48), derived("AV-016"), 5e-7);
  EXPECT_NEAR(at_least(binomial_law(64, block_availability(0.999)), 64), derived("AV-031"), 5e-7);
}

TEST(Goodput, SwitchedSlicesAreTheBlocksThatAreUpDividedByTheirSize) {
  const CountLaw up = binomial_law(64, 0.9);
  const CountLaw slices = switched_slices(up, 24);
  ASSERT_EQ(slices.size(), 3u);
  EXPECT_NEAR(slices[2], at_least(up, 48), 1e-15);
  EXPECT_NEAR(slices[0] + slices[1] + slices[2], 1, 1e-14);
  EXPECT_EQ(switched_slices(up, 1), up);
}

TEST(Goodput, QuarterSlicesCanUseThreeQuartersOfAMachineAtNinetyNinePercent) {
  const CountLaw up = binomial_law(64, block_availability(0.99));
  EXPECT_EQ(goodput(assured(switched_slices(up, 16), 0.95), 16, 64), 0.75);
  EXPECT_EQ(goodput(assured(switched_slices(up, 32), 0.95), 32, 64), 0.5);
  EXPECT_EQ(goodput(assured(switched_slices(up, 48), 0.95), 48, 64), 0.75);
  EXPECT_EQ(assured(switched_slices(up, 64), 0.95), 0);
}

TEST(Goodput, TheLevelsOfACountAreThoseForWhichAssuredReturnsIt) {
  const CountLaw law = switched_slices(binomial_law(64, block_availability(0.995)), 16);
  const Levels levels = levels_of(law, 3);
  EXPECT_EQ(assured(law, levels.up_to), 3);
  EXPECT_EQ(assured(law, levels.above), 4);
  EXPECT_EQ(assured(law, 0.5 * (levels.above + levels.up_to)), 3);
  EXPECT_LT(levels.above, 0.01);
}

TEST(Goodput, FixedWiringOffersNoMoreSlicesThanSwitches) {
  for (const int side : {1, 2, 4}) {
    const Shape box{side, side, side};
    const int places = fixed_places(kGrid, box);
    EXPECT_EQ(places, 64 / box.count());
    for (const double availability : {0.99, 0.995, 0.999}) {
      const double up = block_availability(availability);
      const double wired = expected(wired_slices(places, box.count(), up));
      EXPECT_NEAR(wired, places * std::pow(up, box.count()), 1e-12);
      EXPECT_LE(wired, expected(switched_slices(binomial_law(64, up), box.count())) + 1e-12);
    }
  }
}

TEST(Goodput, ABoxIsOrientedSoThatMostFit) {
  EXPECT_EQ(fixed_places(kGrid, {1, 1, 3}), 16);
  EXPECT_EQ(fixed_places(kGrid, {3, 4, 4}), 1);
  EXPECT_EQ(fixed_places({2, 4, 8}, {8, 1, 2}), 4);
  EXPECT_EQ(fixed_places(kGrid, {1, 1, 5}), 0);
}

}  // namespace
}  // namespace vtpu::net::allocation
