#include <gtest/gtest.h>

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numeric>

#include "vtpu/net/sparse/lookups.h"
#include "vtpu/net/sparse/sharding.h"
#include "vtpu/net/sparse/zipf.h"

namespace vtpu::net::sparse {
namespace {

const Shape kCube{4, 4, 8};

/// Probability of a chi-square value at least this large if `draws` ranks follow Zipf's law. Ranks above the first
/// hundred are grouped into classes of doubling width. The weights of a class are summed exactly up to 10^5 ranks, and
/// above by the integral with the Euler-Maclaurin correction.
double chi_square_p(double exponent, std::uint64_t limit, int draws, std::uint64_t seed) {
  std::vector<std::uint64_t> first;  // first rank of each class, and the end
  for (std::uint64_t k = 1; k <= std::min<std::uint64_t>(100, limit); ++k) first.push_back(k);
  for (std::uint64_t k = 101; k <= limit; k *= 2) first.push_back(k);
  first.push_back(limit + 1);
  std::vector<double> weight;
  const auto f = [&](double x) { return std::pow(x, -exponent); };
  const auto integral = [&](double a, double b) {
    return exponent == 1 ? std::log(b / a) : (std::pow(b, 1 - exponent) - std::pow(a, 1 - exponent)) / (1 - exponent);
  };
  for (std::size_t c = 0; c + 1 < first.size(); ++c) {
    const double a = static_cast<double>(first[c]), b = static_cast<double>(first[c + 1] - 1);
    double sum = 0;
    if (b - a < 1e5) {
      for (double k = a; k <= b; ++k) sum += f(k);
    } else {
      sum = integral(a, b) + (f(a) + f(b)) / 2 + exponent * (f(a) / a - f(b) / b) / 12;
    }
    weight.push_back(sum);
  }
  const double total = std::accumulate(weight.begin(), weight.end(), 0.0);
  std::vector<double> counts(weight.size(), 0);
  const Zipf zipf(exponent, limit);
  Random random(seed);
  for (int draw = 0; draw < draws; ++draw) {
    const std::uint64_t rank = zipf.draw(random);
    EXPECT_GE(rank, 1U);
    EXPECT_LE(rank, limit);
    ++counts[static_cast<std::size_t>(std::upper_bound(first.begin(), first.end(), rank) - first.begin()) - 1];
  }
  double chi_square = 0;
  int cells = 0;
  double expected = 0, count = 0;  // classes with too small an expectation are merged
  for (std::size_t c = 0; c < weight.size(); ++c) {
    expected += weight[c] / total * draws;
    count += counts[c];
    if (expected < 10 && c + 1 < weight.size()) continue;
    if (expected > 0) chi_square += (count - expected) * (count - expected) / expected;
    ++cells;
    expected = count = 0;
  }
  return cells < 2 ? 1 : boost::math::gamma_q((cells - 1) / 2.0, chi_square / 2);
}

TEST(Zipf, RanksFollowTheLawForEveryExponentAndLimitByChiSquare) {
  std::uint64_t seed = 0;
  for (const double exponent : {0.0, 0.5, 0.8, 1.0, 1.05, 1.2, 2.0})
    for (const std::uint64_t limit :
         {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{10}, std::uint64_t{1000}, std::uint64_t{1'000'000'000}})
      EXPECT_GT(chi_square_p(exponent, limit, 60'000, ++seed), 1e-4) << exponent << " of " << limit;
}

TEST(Zipf, TheChiSquareTestDistinguishesNearbyExponents) {
  // Shows that the test above has power: draws with another exponent fail it.
  const Zipf other(1.1, 1000);
  Random random(5);
  std::vector<double> counts(1001, 0);
  for (int i = 0; i < 60'000; ++i) ++counts[other.draw(random)];
  double harmonic = 0;
  for (int k = 1; k <= 1000; ++k) harmonic += 1.0 / k;
  EXPECT_GT(counts[1], 60'000 / harmonic * 1.1);
}

TEST(Sharding, EveryRowIsOnOneChipAndHashedRowsSpreadEvenly) {
  const auto tables = ShardedTables::make({{1'000'000}, 128, 4}, Sharding::hashed_rows, kCube);
  ASSERT_TRUE(tables.ok());
  std::vector<int> counts(128, 0);
  for (std::uint64_t row = 0; row < 128'000; ++row) ++counts[static_cast<std::size_t>(tables->owner(row, 0))];
  for (const int count : counts) EXPECT_NEAR(count, 1000, 160);  // five standard deviations
}

TEST(Sharding, BlocksAreConsecutiveAndDifferByAtMostOneRow) {
  const auto tables = ShardedTables::make({{1000, 77}, 16, 4}, Sharding::blocked_rows, kCube);
  ASSERT_TRUE(tables.ok());
  std::vector<double> held(128, 0);
  for (int table = 0; table < 2; ++table) {
    int last = 0;
    for (std::uint64_t row = 0; row < tables->tables().rows[static_cast<std::size_t>(table)]; ++row) {
      const int owner = tables->owner(tables->first_row(table) + row, 0);
      EXPECT_GE(owner, last);
      EXPECT_LT(owner, 128);
      last = owner;
      held[static_cast<std::size_t>(owner)] += 64;
    }
    EXPECT_EQ(last, 127);
  }
  EXPECT_EQ(held, tables->stored_bytes());
}

TEST(Sharding, ColumnsCutARowIntoPiecesThatAddUpToIt) {
  for (const int width : {128, 100, 500}) {
    const auto tables = ShardedTables::make({{10}, width, 4}, Sharding::columns, kCube);
    ASSERT_TRUE(tables.ok());
    std::uint64_t bytes = 0;
    for (int part = 0; part < tables->parts(); ++part) {
      EXPECT_EQ(tables->owner(3, part), part);
      bytes += tables->part_bytes(part);
    }
    EXPECT_EQ(bytes, tables->tables().row_bytes());
  }
}

TEST(Sharding, TablesAreAssignedInTurn) {
  const auto tables = ShardedTables::make({std::vector<std::uint64_t>(130, 10), 1, 4}, Sharding::tables, kCube);
  ASSERT_TRUE(tables.ok());
  EXPECT_EQ(tables->owner(tables->first_row(5) + 9, 0), 5);
  EXPECT_EQ(tables->owner(tables->first_row(129), 0), 1);
  EXPECT_EQ(tables->stored_bytes()[1], 80);
  EXPECT_EQ(tables->stored_bytes()[2], 40);
}

TEST(Sharding, EveryShardingStoresAllBytesOnce) {
  for (const Sharding sharding : {Sharding::hashed_rows, Sharding::blocked_rows, Sharding::columns, Sharding::tables}) {
    const auto tables = ShardedTables::make({{1'000'000'000, 4096}, 128, 4}, sharding, kCube);
    ASSERT_TRUE(tables.ok());
    const std::vector<double> stored = tables->stored_bytes();
    EXPECT_NEAR(std::accumulate(stored.begin(), stored.end(), 0.0) / (1'000'004'096.0 * 512), 1, 1e-12);
  }
}

TEST(Sharding, WrongTablesAreRejected) {
  EXPECT_FALSE(ShardedTables::make({{}, 128, 4}, Sharding::tables, kCube).ok());
  EXPECT_FALSE(ShardedTables::make({{1, 0}, 128, 4}, Sharding::tables, kCube).ok());
  EXPECT_FALSE(ShardedTables::make({{10'000'000'000}, 128, 4}, Sharding::hashed_rows, kCube).ok());
  EXPECT_FALSE(ShardedTables::make({{1}, 0, 4}, Sharding::tables, kCube).ok());
  EXPECT_FALSE(ShardedTables::make({{1}, 128, 4}, Sharding::tables, Shape{8, 16}).ok());
}

TEST(Lookups, RowsOfABagAreAdjacentTableByTable) {
  const auto tables = ShardedTables::make({{10, 1'000'000'000}, 128, 4}, Sharding::hashed_rows, kCube);
  ASSERT_TRUE(tables.ok());
  const LookupSource source(*tables, {3, 4, 1.2});
  Random random(1);
  const std::vector<std::uint64_t> rows = source.draw(random);
  ASSERT_EQ(rows.size(), 3U * 2 * 4);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i] < 10, i / 4 % 2 == 0);
}

}  // namespace
}  // namespace vtpu::net::sparse
