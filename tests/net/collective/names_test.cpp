#include "vtpu/net/collective/names.h"

#include <gtest/gtest.h>

#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/collective/sparse_exchange.h"

namespace vtpu::net::collective {
namespace {

TEST(NamesOfCollectives, AreParsedAsTheyArePrinted) {
  for (const Collective each : all_collectives()) EXPECT_EQ(*parse_collective(to_string(each)), each);
  for (const Algorithm each : all_algorithms()) EXPECT_EQ(*parse_algorithm(to_string(each)), each);
}

TEST(NamesOfCollectives, AreSuggestedForATypingError) {
  EXPECT_EQ(parse_collective("allreduce").error().message(),
            "collective: found 'allreduce'; did you mean 'all-reduce'?; expected one of broadcast, reduce, all-reduce, "
            "reduce-scatter, all-gather, all-to-all, gather, scatter, sparse-exchange");
  EXPECT_EQ(parse_algorithm("bukcet").error().found, "found 'bukcet'; did you mean 'bucket'?");
}

TEST(EveryAlgorithm, BelongsToACollective) {
  for (const Algorithm algorithm : all_algorithms()) {
    bool used = false;
    for (const Collective collective : all_collectives()) used = used || check_combination(collective, algorithm).ok();
    EXPECT_TRUE(used) << to_string(algorithm);
  }
}

TEST(AMissingCombination, NamesTheAlgorithmsOfTheCollective) {
  EXPECT_EQ(make_schedule(Collective::all_to_all, Algorithm::ring, {4}).error().message(),
            "algorithm: no all-to-all by 'ring'; expected one of dimension-wise, direct");
  EXPECT_EQ(make_sparse_schedule({}, Algorithm::bucket, {4}).error().message(),
            "algorithm: no sparse-exchange by 'bucket'; expected one of dimension-wise, direct");
}

TEST(WrongRequests, AreRejectedNamingWhatIsAllowed) {
  EXPECT_EQ(make_schedule(Collective::all_reduce, Algorithm::recursive_doubling, {4, 6}).error().message(),
            "grid: recursive-doubling on 4x6; expected sides that are powers of two");
  EXPECT_EQ(make_schedule(Collective::broadcast, Algorithm::ring, {4}, {.root = 4}).error().message(),
            "root: found chip 4; expected a chip of 4, 0 to 3");
  EXPECT_EQ(make_schedule(Collective::broadcast, Algorithm::ring, {4}, {.pieces = 0}).error().where, "pieces");
  EXPECT_EQ(make_schedule(Collective::sparse_exchange, Algorithm::direct, {4}).error().where, "collective");
  EXPECT_EQ(make_schedule(Collective::all_to_all, Algorithm::direct, {16, 64, 64}).error().expected,
            "a smaller grid, or the program of one chip");
  EXPECT_EQ(make_sparse_schedule({{0, 1, 8}, {2, 4, 8}}, Algorithm::direct, {2, 2}).error().message(),
            "item 2: found chip 4; expected a chip of 2x2, 0 to 3");
}

TEST(ProgramsOfOneChip, ExistOnlyForSchedulesInWhichAllChipsDoTheSame) {
  EXPECT_TRUE(make_chip_program(Collective::all_reduce, Algorithm::ring, {1, 16, 1}));
  EXPECT_TRUE(make_chip_program(Collective::all_gather, Algorithm::bucket, {4, 4, 8}));
  EXPECT_EQ(make_chip_program(Collective::all_reduce, Algorithm::ring, {4, 4}).error().message(),
            "algorithm: all-reduce ring on 4x4 has chips that do different things; expected bucket, direct or "
            "dimension-wise, or a ring on a grid of one dimension");
  EXPECT_FALSE(make_chip_program(Collective::broadcast, Algorithm::direct, {4}));
  EXPECT_FALSE(make_chip_program(Collective::all_reduce, Algorithm::binomial_tree, {4}));
}

}  // namespace
}  // namespace vtpu::net::collective
