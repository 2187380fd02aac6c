#include "vtpu/net/spare_map.h"

#include <gtest/gtest.h>

#include "vtpu/base/random.h"

namespace vtpu::net {
namespace {

int chip(const Machine& machine, const char* address) { return *machine.chip_at(*parse_chip_address(address)); }

TEST(SpareMap, AFailedChipKeepsItsNameAndMovesToTheFirstSpare) {
  const Machine machine = *Machine::make({});
  SpareMap map(machine);
  const int name = chip(machine, "8.8.8/1.1");
  const SpareMap::Move move = *map.fail(name);
  EXPECT_EQ(move, (SpareMap::Move{name, name, chip(machine, "17.1.1/1.1")}));
  EXPECT_EQ(map.chip_of(name), chip(machine, "17.1.1/1.1"));
  EXPECT_EQ(map.name_of(chip(machine, "17.1.1/1.1")), name);
  EXPECT_EQ(map.name_of(name), std::nullopt);
  EXPECT_EQ(map.free_spares(), 255);
}

TEST(SpareMap, SeveralFailuresTakeSparesInOrder) {
  const Machine machine = *Machine::make({});
  SpareMap map(machine);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(map.fail(100 * i)->to, 4096 + i);
}

TEST(SpareMap, AFailedSpareInUsePassesOnItsName) {
  const Machine machine = *Machine::make({});
  SpareMap map(machine);
  ASSERT_TRUE(map.fail(7));
  EXPECT_EQ(*map.fail(4096), (SpareMap::Move{4096, 7, 4097}));
  EXPECT_EQ(map.chip_of(7), 4097);
}

TEST(SpareMap, AFailedIdleSpareMovesNoNameAndIsSkipped) {
  const Machine machine = *Machine::make({});
  SpareMap map(machine);
  EXPECT_EQ(*map.fail(4096), (SpareMap::Move{4096, std::nullopt, std::nullopt}));
  EXPECT_EQ(map.free_spares(), 255);
  EXPECT_EQ(map.fail(0)->to, 4097);
}

TEST(SpareMap, WhenTheSparesAreExhaustedTheNameIsReportedLost) {
  const Machine machine = *Machine::make({});
  SpareMap map(machine);
  for (int failed = 0; failed < 256; ++failed) ASSERT_TRUE(map.fail(failed)->to);
  EXPECT_EQ(map.free_spares(), 0);
  EXPECT_EQ(*map.fail(256), (SpareMap::Move{256, 256, std::nullopt}));
  EXPECT_EQ(map.chip_of(256), std::nullopt);
  EXPECT_EQ(map.lost_names(), 1);
}

TEST(SpareMap, AChipThatHasFailedOrDoesNotExistIsRejected) {
  const Machine machine = *Machine::make({});
  SpareMap map(machine);
  ASSERT_TRUE(map.fail(3));
  EXPECT_EQ(map.fail(3).error().message(), "failure: chip 3 has already failed; expected a working chip");
  EXPECT_EQ(map.fail(4352).error().message(), "failure: found chip 4352; expected 0 to 4351");
  EXPECT_FALSE(map.fail(-1));
}

TEST(SpareMap, NamesAndChipsStayPairedUnderAnyFailures) {
  MachineConfig config;
  config.sides = {4, 8, 8};
  config.spare_blocks = 1;
  const Machine machine = *Machine::make(config);
  Random random(5);
  for (int trial = 0; trial < 20; ++trial) {
    SpareMap map(machine);
    std::vector<int> chips(static_cast<std::size_t>(machine.chip_count()));
    for (int i = 0; i < machine.chip_count(); ++i) chips[static_cast<std::size_t>(i)] = i;
    random.shuffle(chips);
    for (int failures = 0; failures < 200; ++failures) {
      const int failed = chips[static_cast<std::size_t>(failures)];
      ASSERT_TRUE(map.fail(failed));
      ASSERT_EQ(map.name_of(failed), std::nullopt);
    }
    int served = 0;
    for (int name = 0; name < machine.active_count(); ++name)
      if (const auto at = map.chip_of(name)) {
        ++served;
        ASSERT_EQ(map.name_of(*at), name);
      }
    ASSERT_EQ(served + map.lost_names(), machine.active_count());
    // 320 chips, 200 failed: 120 work, and each of them has a name, since there are more names than working chips.
    ASSERT_EQ(served, 120);
  }
}

}  // namespace
}  // namespace vtpu::net
