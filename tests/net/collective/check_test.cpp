#include "vtpu/base/position.h"
#include "vtpu/net/collective/check_schedule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/collective/sparse_exchange.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {
namespace {

bool doubles(Algorithm algorithm) {
  return algorithm == Algorithm::recursive_halving_doubling || algorithm == Algorithm::recursive_doubling;
}

/// Calls visit(schedule, label) for every collective and algorithm that the grid has.
void for_each_schedule(const Shape& grid, const ScheduleOptions& options,
                       const std::function<void(const Schedule&, const std::string&)>& visit) {
  for (const Collective collective : all_collectives()) {
    if (collective == Collective::sparse_exchange) continue;
    for (const Algorithm algorithm : algorithms_of(collective)) {
      const auto schedule = make_schedule(collective, algorithm, grid, options);
      const std::string label = to_string(collective) + " " + to_string(algorithm) + " on " + to_string(grid);
      if (schedule) {
        visit(*schedule, label);
      } else {
        EXPECT_TRUE(doubles(algorithm)) << label << ": " << schedule.error().message();
        EXPECT_EQ(schedule.error().expected, "sides that are powers of two") << label;
      }
    }
  }
}

/// The same schedule with one transfer removed, with one transfer doubled, or without one of its dependences.
struct Change {
  int removed = -1;
  int doubled = -1;
  int loosened = -1;
  std::size_t dependency = 0;  ///< of the transfer that loses it
};

Schedule changed(const Schedule& schedule, const Change& change) {
  Schedule result(schedule.collective(), schedule.algorithm(), schedule.ranks(), schedule.cut(), schedule.contracts());
  result.set_result_slot(schedule.result_slot());
  std::vector<int> now(at(schedule.size()), -1);
  for (int id = 0; id < schedule.size(); ++id) {
    std::vector<int> after;
    const auto before = schedule.after(id);
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (id == change.loosened && i == change.dependency) continue;
      if (before[i] != change.removed) {
        after.push_back(now[at(before[i])]);
      } else {  // transfers that waited for the removed one now wait for its dependences
        for (const int earlier : schedule.after(before[i])) after.push_back(now[at(earlier)]);
      }
    }
    if (id == change.removed) continue;
    now[at(id)] = result.add(schedule.transfer(id), schedule.runs(id), after);
    if (id == change.doubled) result.add(schedule.transfer(id), schedule.runs(id), after);
  }
  return result;
}

/// How often each rank has contributed to a chunk, by (rank, slot), after all transfers have run one by one in a random
/// order that the dependences allow.
std::vector<std::vector<int>> contributions_in_random_order(const Schedule& schedule, int chunk, Random& random) {
  const int ranks = schedule.ranks(), slots = schedule.slots();
  std::vector<std::vector<int>> held(at(ranks * slots), std::vector<int>(at(ranks), 0));
  for (int rank = 0; rank < ranks; ++rank)
    if (const int from = schedule.contract(chunk).from; from == ChunkContract::kEveryRank || from == rank)
      held[at(rank * slots)][at(rank)] = 1;

  std::vector<int> missing(at(schedule.size()), 0), ready;
  std::vector<std::vector<int>> then(at(schedule.size()));
  for (int id = 0; id < schedule.size(); ++id) {
    for (const int earlier : schedule.after(id)) then[at(earlier)].push_back(id);
    missing[at(id)] = static_cast<int>(schedule.after(id).size());
    if (missing[at(id)] == 0) ready.push_back(id);
  }
  while (!ready.empty()) {
    std::swap(ready[random.below(ready.size())], ready.back());
    const int id = ready.back();
    ready.pop_back();
    const Transfer& transfer = schedule.transfer(id);
    bool carries = false;
    for_each_chunk(schedule.runs(id), [&](int each) { carries = carries || each == chunk; });
    if (carries) {
      const std::vector<int> sent = held[at(transfer.source * slots + transfer.from_slot)];
      std::vector<int>& into = held[at(transfer.destination * slots + transfer.into_slot)];
      for (std::size_t i = 0; i < sent.size(); ++i)
        into[i] = sent[i] + (transfer.effect == Effect::reduce ? into[i] : 0);
    }
    for (const int next : then[at(id)])
      if (--missing[at(next)] == 0) ready.push_back(next);
  }
  return held;
}

bool fulfils(const Schedule& schedule, int chunk, const std::vector<std::vector<int>>& held) {
  const auto [from, to] = schedule.contract(chunk);
  for (int rank = 0; rank < schedule.ranks(); ++rank) {
    if (to != ChunkContract::kEveryRank && to != rank) continue;
    const std::vector<int>& result = held[at(rank * schedule.slots() + schedule.result_slot())];
    for (int other = 0; other < schedule.ranks(); ++other)
      if (result[at(other)] != (from == ChunkContract::kEveryRank || from == other ? 1 : 0)) return false;
  }
  return true;
}

TEST(EveryCollective, GivesEachRankItsContributionsOnceOnEveryGrid) {
  for (const char* text : {"1", "1x1", "2", "3", "16", "2x2", "3x3", "4x4", "3x5x2", "2x2x2", "1x4x6", "3x3x5", "4x4x4",
                           "2x4x8", "2x3x2x3"}) {
    const Shape grid = *parse_shape(text);
    const ScheduleOptions options{.root = grid.count() / 2, .pieces = 1 + grid.count() % 3};
    for_each_schedule(grid, options, [](const Schedule& schedule, auto& label) {
      const auto proof = check_schedule(schedule);
      EXPECT_TRUE(proof) << label << ": " << proof.error().message();
    });
  }
}

TEST(EveryCollective, OfOneChipMovesNothing) {
  for_each_schedule({1}, {}, [](const Schedule& schedule, auto& label) { EXPECT_EQ(schedule.size(), 0) << label; });
}

RC_GTEST_PROP(EveryCollective, IsProvedOnRandomGrids, ()) {
  std::vector<int> sides;
  int count = 1;
  for (int d = *rc::gen::inRange(1, 5); d > 0; --d) {
    const int side = *rc::gen::inRange(1, 8);
    if (count * side > 60) break;
    sides.push_back(side);
    count *= side;
  }
  const Shape grid = *Shape::make(sides);
  const ScheduleOptions options{.root = *rc::gen::inRange(0, count), .pieces = *rc::gen::inRange(1, 5)};
  for_each_schedule(grid, options, [](const Schedule& schedule, auto&) { RC_ASSERT(check_schedule(schedule).ok()); });
}

TEST(EveryCollective, GivesTheSameResultInRandomOrders) {
  Random random(1);
  for (const char* text : {"2", "5", "2x2", "2x3", "2x2x2"})
    for_each_schedule(*parse_shape(text), {.root = 1, .pieces = 2}, [&](const Schedule& schedule, auto& label) {
      for (int run = 0; run < 3; ++run)
        for (int chunk = 0; chunk < schedule.chunks(); ++chunk)
          ASSERT_TRUE(fulfils(schedule, chunk, contributions_in_random_order(schedule, chunk, random))) << label;
    });
}

TEST(AScheduleWithATransferRemoved, IsRejectedNamingRankChunkAndContribution) {
  for (const char* text : {"2", "5", "2x3", "2x2x2"})
    for_each_schedule(*parse_shape(text), {.root = 1, .pieces = 2}, [](const Schedule& schedule, auto& label) {
      for (int id = 0; id < schedule.size(); ++id) {
        if (schedule.carried(id) == 0) continue;
        const auto proof = check_schedule(changed(schedule, {.removed = id}));
        ASSERT_FALSE(proof) << label << " without " << id;
        EXPECT_EQ(proof.error().where.substr(0, 5), "rank ") << proof.error().message();
        EXPECT_NE(proof.error().found.find(" is missing"), std::string::npos) << label << proof.error().message();
      }
    });
}

TEST(AScheduleWithATransferDoubled, IsRejectedNamingRankAndChunk) {
  for (const char* text : {"2", "5", "2x3", "2x2x2"})
    for_each_schedule(*parse_shape(text), {.root = 1, .pieces = 2}, [](const Schedule& schedule, auto& label) {
      for (int id = 0; id < schedule.size(); ++id) {
        if (schedule.carried(id) == 0) continue;
        const auto proof = check_schedule(changed(schedule, {.doubled = id}));
        ASSERT_FALSE(proof) << label << " with " << id << " twice";
        EXPECT_EQ(proof.error().where.substr(0, 5), "rank ") << proof.error().message();
        const bool adds = schedule.transfer(id).effect == Effect::reduce;
        const char* found = adds ? " is included more than once" : " access it in no defined order";
        EXPECT_NE(proof.error().found.find(found), std::string::npos) << label << proof.error().message();
      }
    });
}

TEST(AScheduleWithoutOneOfItsDependencies, IsRejectedNamingRankAndChunk) {
  // Only equal sides: on unequal sides segments also wait for each other to use links exclusively, which no sum needs.
  for (const char* text : {"3", "5", "3x3", "2x2x2"})
    for (const Collective collective : {Collective::all_reduce, Collective::reduce_scatter, Collective::all_gather})
      for (const Algorithm algorithm : {Algorithm::ring, Algorithm::bidirectional_ring, Algorithm::bucket}) {
        // Steps of a bucket all-reduce wait for the last sum of each dimension. Some of these dependences imply others,
        // so that removing one of them is harmless.
        if (collective == Collective::all_reduce && algorithm == Algorithm::bucket) continue;
        const Schedule schedule = *make_schedule(collective, algorithm, *parse_shape(text));
        for (int id = 0; id < schedule.size(); ++id)
          for (std::size_t i = 0; i < schedule.after(id).size(); ++i) {
            const auto proof = check_schedule(changed(schedule, {.loosened = id, .dependency = i}));
            ASSERT_FALSE(proof) << schedule.name() << " on " << text << ", " << id << " after "
                                << schedule.after(id)[i];
            EXPECT_EQ(proof.error().where.substr(0, 5), "rank ") << proof.error().message();
            EXPECT_NE(proof.error().found.find(" access it in no defined order"), std::string::npos);
          }
      }
}

TEST(AScheduleWithoutOneOfItsDependencies, GivesCorrectResultsWheneverItPasses) {
  Random random(2);
  for (const char* text : {"4", "2x2", "3x2"})
    for_each_schedule(*parse_shape(text), {.root = 1, .pieces = 2}, [&](const Schedule& schedule, auto& label) {
      if (schedule.chunks() > 100) return;  // bucket at unequal sides: the same, but in segments
      for (int id = 0; id < schedule.size(); ++id)
        for (std::size_t i = 0; i < schedule.after(id).size(); ++i) {
          const Schedule loose = changed(schedule, {.loosened = id, .dependency = i});
          if (!check_schedule(loose)) continue;
          for (int chunk = 0; chunk < loose.chunks(); ++chunk)
            ASSERT_TRUE(fulfils(loose, chunk, contributions_in_random_order(loose, chunk, random))) << label << id;
        }
    });
}

/// Two ranks swap sums in place: the slower one sends back what it was sent.
TEST(ASwapOfSumsInPlace, IsRejectedForItsRace) {
  Schedule schedule(Collective::all_reduce, Algorithm::recursive_doubling, 2, 1, std::vector<ChunkContract>(1));
  const ChunkRun whole;
  schedule.add({0, 1, Effect::reduce}, {&whole, 1}, {});
  schedule.add({1, 0, Effect::reduce}, {&whole, 1}, {});
  const auto proof = check_schedule(schedule);
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().message(),
            "rank 0, chunk 0: the contribution of rank 0 is included more than once; expected exactly once");
}

TEST(ChunksThatAreNotThoseOfTheCollective, AreRejected) {
  const Schedule owned_twice(Collective::all_gather, Algorithm::direct, 2, 2, {{.from = 0}, {.from = 0}});
  EXPECT_EQ(check_schedule(owned_twice).error().message(),
            "blocks of all-gather direct: found 2 chunks in block 0; expected 1 as in the other blocks");
  const Schedule two_roots(Collective::broadcast, Algorithm::direct, 2, 2, {{.from = 0}, {.from = 1}});
  EXPECT_FALSE(check_schedule(two_roots));
  const Schedule nothing(Collective::all_reduce, Algorithm::direct, 2, 1, {});
  EXPECT_FALSE(check_schedule(nothing));
}

TEST(ASparseExchange, MovesWhatIsListedByEitherAlgorithm) {
  const Shape grid{3, 4, 2};
  Random random(3);
  SparseExchange items;
  for (int i = 0; i < 100; ++i)
    items.push_back({static_cast<int>(random.below(24)), static_cast<int>(random.below(24)), random.below(1000)});
  for (const Algorithm algorithm : algorithms_of(Collective::sparse_exchange)) {
    const auto proof = check_schedule(*make_sparse_schedule(items, algorithm, grid));
    EXPECT_TRUE(proof) << proof.error().message();
  }
  EXPECT_EQ(check_schedule(*make_sparse_schedule({}, Algorithm::direct, grid))->touches, 0);
}

TEST(TheChecker, ProvesABucketAllReduceOf128ChipsAtOnce) {
  const Schedule schedule = *make_schedule(Collective::all_reduce, Algorithm::bucket, {4, 4, 8});
  const auto proof = check_schedule(schedule);
  ASSERT_TRUE(proof) << proof.error().message();
  EXPECT_EQ(schedule.pieces(), 2 * 6 * 8 * 128);           // both directions, 6 orders, 8 segments
  EXPECT_EQ(proof->touches, 2 * 127 * schedule.pieces());  // every chunk passes through all other chips twice
}

}  // namespace
}  // namespace vtpu::net::collective
