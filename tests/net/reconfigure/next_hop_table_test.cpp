#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/network.h"
#include "vtpu/net/reconfigure/next_hop_table.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"

namespace vtpu::net::reconfigure {
namespace {

std::vector<NextHop> seen(const NextHopTable& table) {
  return table.read(
      0, [](std::span<const NextHop> entries) { return std::vector<NextHop>(entries.begin(), entries.end()); });
}

std::vector<NextHop> filled(std::size_t size, std::uint16_t port) {
  return std::vector<NextHop>(size, NextHop{port, port});
}

template <class T>
void expect_table_of_first_paths(const T& topology) {
  const Network network(topology);
  const routing::TableRouting routing = *routing::TableRouting::make(network, routing::Split::first);
  for (const Chip chip : network.chips()) {
    const std::vector<NextHop> table = chip_table(network, chip);
    for (const Chip destination : network.chips()) {
      const NextHop& entry = table[static_cast<std::size_t>(destination.value())];
      if (destination == chip) {
        EXPECT_EQ(entry, NextHop{});
        continue;
      }
      PortNumber next = PortNumber::none();
      routing.for_each_port(chip, destination, [&](PortNumber port, double) { next = port; });
      EXPECT_EQ(PortNumber(entry.port), next)
          << topology.name() << ", " << chip.value() << " to " << destination.value();
      const Chip target = network.target(network.channel(chip, PortNumber(entry.port)));
      const int behind =
          target == destination ? 0 : chip_table(network, target)[static_cast<std::size_t>(destination.value())].hops;
      if (chip.value() < 4) {
        EXPECT_EQ(entry.hops, behind + 1);
      }
    }
  }
}

TEST(ChipTable, FoundByOneSearchIsTheRowOfTheRoutingTable) {
  expect_table_of_first_paths(topology::Torus{{4, 4, 4}});
  expect_table_of_first_paths(topology::Torus{{2, 3, 5}});
  expect_table_of_first_paths(*topology::TwistedTorus::make({4, 4, 8}));
}

TEST(ChipTable, HasNoPortForUnreachableChips) {
  const Network network(topology::Torus{{1}});
  EXPECT_EQ(chip_table(network, Chip{0}), std::vector<NextHop>(1));
}

TEST(TableChanges, TurnOneTableIntoTheOtherAndNameOnlyDifferences) {
  Random random(1);
  std::vector<NextHop> before = filled(100, 1), after = before;
  for (int i = 0; i < 20; ++i) after[random.below(100)].port = 7;
  const std::vector<HopChange> changes = table_changes(before, after);
  for (const HopChange& change : changes) {
    EXPECT_NE(before[change.destination], change.next);
    before[change.destination] = change.next;
  }
  EXPECT_EQ(before, after);
  EXPECT_TRUE(table_changes(after, after).empty());
}

TEST(NextHopTable, ShowsItsUpdatesInAnyMixOfWholeAndPartialOnes) {
  Random random(2);
  std::vector<NextHop> expected = filled(64, 0);
  NextHopTable table(expected);
  for (int round = 0; round < 200; ++round) {
    if (random.below(4) == 0) {
      for (NextHop& entry : expected) entry.port = static_cast<std::uint16_t>(random.below(6));
      table.replace(expected);
    } else {
      std::vector<HopChange> changes(random.below(6));
      for (HopChange& change : changes) {
        change.destination = static_cast<std::uint32_t>(random.below(64));
        change.next = {static_cast<std::uint16_t>(random.below(6)), 1};
        expected[change.destination] = change.next;
      }
      table.apply(changes);
    }
    ASSERT_EQ(seen(table), expected) << "round " << round;
  }
}

TEST(NextHopTable, KeepsTheCopyOfAReaderUntilTheReaderLeaves) {
  NextHopTable table(filled(16, 1));
  table.read(0, [&](std::span<const NextHop> entries) {
    table.replace(filled(16, 2));  // into the other copy
    EXPECT_EQ(entries[3].port, 1);
    EXPECT_EQ(table.read(1, [](std::span<const NextHop> now) { return now[3].port; }), 2);
    return 0;
  });
  EXPECT_EQ(seen(table), filled(16, 2));
}

/// In one look, readers see only entries of one update, and they see updates in order.
TEST(NextHopTable, NoReaderSeesHalfATableWhileAnotherThreadUpdatesIt) {
  constexpr std::size_t kSize = 256;
  constexpr std::uint16_t kUpdates = 200;
  NextHopTable table(filled(kSize, 0));
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> torn = 0, backwards = 0, looks = 0;
  const auto reader = [&](int number) {
    std::uint16_t last = 0;
    while (!done) {
      table.read(number, [&](std::span<const NextHop> entries) {
        const std::uint16_t first = entries[0].port;
        for (const NextHop& entry : entries) torn += entry.port != first || entry.hops != first;
        backwards += first < last;
        last = first;
        return 0;
      });
      ++looks;
    }
  };
  std::vector<std::thread> readers;
  for (int number = 0; number < 2; ++number) readers.emplace_back(reader, number);
  std::vector<HopChange> changes(kSize);
  for (std::uint16_t update = 1; update <= kUpdates; ++update) {
    if (update % 2 == 0) {
      table.replace(filled(kSize, update));
      continue;
    }
    for (std::size_t i = 0; i < kSize; ++i) changes[i] = {static_cast<std::uint32_t>(i), {update, update}};
    table.apply(changes);
  }
  while (looks < 10) std::this_thread::yield();
  done = true;
  for (std::thread& one : readers) one.join();
  EXPECT_EQ(torn, 0u);
  EXPECT_EQ(backwards, 0u);
  EXPECT_EQ(seen(table), filled(kSize, kUpdates));
}

TEST(NextHopTableDeathTest, AChangeOfAMissingEntryFailsACheck) {
  NextHopTable table(filled(4, 0));
  const std::vector<HopChange> outside = {{4, {}}};
  EXPECT_DEATH(table.apply(outside), "a change names an existing entry");
  EXPECT_DEATH(table.replace(filled(5, 0)), "a table keeps its size");
}

}  // namespace
}  // namespace vtpu::net::reconfigure
