#include "vtpu/base/position.h"
#include "vtpu/net/collective/to_workload.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "vtpu/net/collective/closed_ring.h"
#include "vtpu/net/collective/cut.h"
#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/collective/statistics.h"

namespace vtpu::net::collective {
namespace {

/// The bytes that each of `chips` chips sends to others.
IndexedVector<Chip, std::uint64_t> sent_by_chip(const workload::Workload& workload, int chips) {
  IndexedVector<Chip, std::uint64_t> sent(chips, 0);
  for (int id = 0; id < workload.size(); ++id) {
    const workload::Message& message = workload.message(id);
    if (message.source != message.destination) sent[message.source] += message.bytes;
  }
  return sent;
}

TEST(RingAllReduce, Sends2TimesNMinus1OverNOfTheBufferPerChip) {
  for (const char* text : {"2", "5", "16", "3x3", "4x4x4"})
    for (const Algorithm algorithm : {Algorithm::ring, Algorithm::bidirectional_ring, Algorithm::bucket}) {
      const Shape grid = *parse_shape(text);
      const std::uint64_t n = static_cast<std::uint64_t>(grid.count()), block = 6 * 1000;  // divisible into six parts
      const workload::Workload workload =
          to_workload(*make_schedule(Collective::all_reduce, algorithm, grid), n * block);
      for (const std::uint64_t sent : sent_by_chip(workload, grid.count()))
        EXPECT_EQ(sent, 2 * (n - 1) * block) << text << " " << to_string(algorithm);
    }
}

TEST(EveryBlock, CrossesARingToEveryChipExactlyOnce) {
  const std::uint64_t bytes = 1'000'003;  // not divisible by any number of pieces used here
  for (const char* text : {"7", "3x4", "2x3x4"})
    for (const Algorithm algorithm : algorithms_of(Collective::all_gather)) {
      const Shape grid = *parse_shape(text);
      const auto schedule = make_schedule(Collective::all_gather, algorithm, grid);
      if (!schedule) continue;
      EXPECT_EQ(to_workload(*schedule, bytes).total_bytes(), bytes * static_cast<std::uint64_t>(grid.count() - 1))
          << text << " " << to_string(algorithm);
    }
}

TEST(AllToAll, SendsEachPairItsShareOfTheBuffer) {
  const Shape grid{2, 3};
  const workload::Workload direct =
      to_workload(*make_schedule(Collective::all_to_all, Algorithm::direct, grid), 6 * 100);
  EXPECT_EQ(direct.size(), 30);
  for (int id = 0; id < direct.size(); ++id) EXPECT_EQ(direct.message(id).bytes, 100u);
  // Two parts of 50; messages to the one other row (column) for two (three) sources are bundled.
  const Schedule bundled = *make_schedule(Collective::all_to_all, Algorithm::dimension_wise, grid);
  for (const std::uint64_t sent : sent_by_chip(to_workload(bundled, 6 * 100), 6))
    EXPECT_EQ(sent, 50u * (3 * 1 + 2 * 2) * 2);
}

TEST(ABufferThatIsSmallerThanTheNumberOfChips, HasEmptyMessagesAndLosesNone) {
  const Shape grid{3, 3};
  for (const std::uint64_t bytes : {0u, 1u, 5u, 17u})
    for (const Collective collective : {Collective::all_gather, Collective::reduce_scatter})
      for (const Algorithm algorithm : {Algorithm::ring, Algorithm::bucket, Algorithm::direct}) {
        const Schedule schedule = *make_schedule(collective, algorithm, grid);
        const workload::Workload workload = to_workload(schedule, bytes);
        EXPECT_EQ(workload.size(), schedule.size());
        EXPECT_EQ(workload.total_bytes(), 8 * bytes) << schedule.name();
      }
}

TEST(ABufferOfManyExabytes, IsDividedWithoutAnOverflow) {
  const std::uint64_t bytes = std::uint64_t{1} << 62;
  const Schedule schedule = *make_schedule(Collective::reduce_scatter, Algorithm::ring, {4});
  for (int id = 0; id < schedule.size(); ++id) EXPECT_EQ(schedule.bytes(id, bytes), bytes / 4);
}

TEST(ACut, GivesPartsTheirWeightsAndLosesNoByte) {
  const Cut cut({1, 5}, 3);
  EXPECT_EQ(cut.pieces(), 6);
  EXPECT_EQ(cut.begin(3, 600), 100u);
  EXPECT_EQ(cut.begin(4, 600), 100u + 500 / 3);
  EXPECT_EQ(cut.begin(6, 600), 600u);
  EXPECT_EQ(cut.most(1, 1, 600), 167u);
  EXPECT_EQ(cut.most(0, 3, 601), 101u);
  const std::uint64_t most_bytes = ~std::uint64_t{0};
  EXPECT_EQ(Cut({1, 1}, 1).begin(1, most_bytes), most_bytes / 2);
  EXPECT_EQ(Cut({std::uint64_t{1} << 40, std::uint64_t{3} << 40}, 1 << 20).begin(1 << 20, most_bytes), most_bytes / 4);
}

RC_GTEST_PROP(TheFirstChip, SendsWhatAllChipsSendUpToRounding, ()) {
  const Shape grid = *Shape::make(*rc::gen::container<std::vector<int>>(3, rc::gen::inRange(1, 5)));
  const std::uint64_t bytes = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
  for (const auto& [collective, algorithm] :
       std::vector<std::pair<Collective, Algorithm>>{{Collective::all_reduce, Algorithm::bucket},
                                                     {Collective::all_reduce, Algorithm::direct},
                                                     {Collective::reduce_scatter, Algorithm::bucket},
                                                     {Collective::all_to_all, Algorithm::direct},
                                                     {Collective::all_to_all, Algorithm::dimension_wise}}) {
    const ChipProgram program = *make_chip_program(collective, algorithm, grid);
    const workload::Workload first = program.of_first_chip(bytes);
    const workload::Workload all = to_workload(*make_schedule(collective, algorithm, grid), bytes);
    RC_ASSERT(all.size() == first.size() * grid.count());
    const std::vector<std::uint64_t> of_all = program.bytes_of_all_chips(bytes);
    for (int step = 0; step < first.size(); ++step) {
      std::uint64_t sum = 0;
      for (int chip = 0; chip < grid.count(); ++chip) sum += all.message(step * grid.count() + chip).bytes;
      RC_ASSERT(of_all[static_cast<std::size_t>(step)] == sum);
    }
    for (int id = 0; id < all.size(); ++id) {
      const int step = id / grid.count();
      const Chip chip(id % grid.count());
      if (chip == Chip(0)) RC_ASSERT(all.message(id).destination == first.message(step).destination);
      RC_ASSERT(all.message(id).source == chip);
      const std::uint64_t least = all.message(id).bytes, most = first.message(step).bytes;
      const std::uint64_t carried = static_cast<std::uint64_t>(program.carried(step));
      RC_ASSERT(least <= most && most <= least + carried + 1);
      std::vector<int> after;
      for (const int earlier : all.after(id)) {
        RC_ASSERT(all.message(earlier).destination == chip);  // a chip only waits for messages that it receives
        after.push_back(earlier / grid.count());
      }
      const auto expected = first.after(step);
      RC_ASSERT(std::equal(after.begin(), after.end(), expected.begin(), expected.end()));
    }
  }
}

TEST(EveryDependence, IsVisibleToTheChipThatWaits) {
  for (const char* text : {"2", "5", "4x4", "2x2x4"})
    for (const Collective collective : all_collectives()) {
      if (collective == Collective::sparse_exchange) continue;
      for (const Algorithm algorithm : algorithms_of(collective)) {
        const auto schedule = make_schedule(collective, algorithm, *parse_shape(text), {.pieces = 3});
        if (!schedule) continue;
        for (int id = 0; id < schedule->size(); ++id)
          for (const int earlier : schedule->after(id)) {
            const int chip = schedule->transfer(id).source;
            // In a schedule run backwards, a chip may also wait for its receiver to be free.
            const Transfer& before = schedule->transfer(earlier);
            const bool receiver_free = before.destination == schedule->transfer(id).destination;
            EXPECT_TRUE(before.destination == chip || before.source == chip || receiver_free) << schedule->name();
          }
      }
    }
}

TEST(RowsOfATorus, EachRunASeparateCollective) {
  const Schedule row = *make_schedule(Collective::all_reduce, Algorithm::bidirectional_ring, {4});
  workload::Workload workload("rows");
  for (int y = 0; y < 3; ++y)
    append_to(workload, row, 800, std::vector<Chip>{Chip(y), Chip(3 + y), Chip(6 + y), Chip(9 + y)});
  ASSERT_EQ(workload.size(), 3 * row.size());
  const workload::Message& last = workload.message(workload.size() - 1);
  EXPECT_EQ(last.source.value() % 3, 2);
  EXPECT_EQ(last.destination.value() % 3, 2);
  for (const int earlier : workload.after(workload.size() - 1)) EXPECT_GE(earlier, 2 * row.size());
}

TEST(ASparseExchange, BundlesItemsWithTheSameNextChip) {
  const Shape grid{2, 2};
  // From chip 0: two items to chip 3 and one to chip 2. The first dimension takes all three to chip 2.
  const SparseExchange items = {{0, 3, 10}, {0, 3, 20}, {0, 2, 5}, {1, 1, 7}};
  const Schedule direct = *make_sparse_schedule(items, Algorithm::direct, grid);
  ASSERT_EQ(direct.size(), 2);
  EXPECT_EQ(to_workload(direct, items).total_bytes(), 35u);
  const Schedule bundled = *make_sparse_schedule(items, Algorithm::dimension_wise, grid);
  const workload::Workload workload = to_workload(bundled, items);
  ASSERT_EQ(workload.size(), 2);
  EXPECT_EQ(workload.message(0).destination, Chip(2));
  EXPECT_EQ(workload.message(0).bytes, 35u);
  EXPECT_EQ(workload.message(1).destination, Chip(3));
  EXPECT_EQ(workload.message(1).bytes, 30u);
  ASSERT_EQ(workload.after(1).size(), 1u);
}

TEST(AClosedRing, VisitsEveryChipThroughNeighboursOnly) {
  for (const char* text : {"1", "2", "5", "2x2", "3x3", "3x5", "5x3", "2x3", "3x4", "3x3x3", "3x5x7", "7x3x5", "4x4x4",
                           "1x3x1x3", "2x2x2x2x2x2", "5x5x3", "9x3"}) {
    const Shape grid = *parse_shape(text);
    std::vector<int> ring = closed_ring(grid);
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const int next = ring[(i + 1) % ring.size()];
      EXPECT_EQ(torus_distance(grid, ring[i], next), grid.count() == 1 ? 0 : 1) << text << " at " << i;
    }
    std::sort(ring.begin(), ring.end());
    ASSERT_EQ(static_cast<int>(ring.size()), grid.count()) << text;
    for (int chip = 0; chip < grid.count(); ++chip) EXPECT_EQ(ring[at(chip)], chip) << text;
  }
}

}  // namespace
}  // namespace vtpu::net::collective
