#include "vtpu/net/seats.h"

#include <gtest/gtest.h>

#include "vtpu/base/random.h"
#include "vtpu/net/machine.h"

namespace vtpu::net {
namespace {

Chip chip(const Machine& machine, const char* address) { return *machine.chip_at(*parse_chip_address(address)); }

TEST(SeatsOfNames, AFailedChipKeepsItsNameAndMovesToTheFirstSpare) {
  const Machine machine = *Machine::make({});
  Seats names = seats_of_names(machine);
  const int name = chip(machine, "8.8.8/1.1").value();
  const Unit spare(chip(machine, "17.1.1/1.1").value());
  const Seats::Move move = *fail_chip(names, Chip(name));
  EXPECT_EQ(move, (Seats::Move{Unit(name), Seat(name), spare}));
  EXPECT_EQ(names.unit_of(Seat(name)), spare);
  EXPECT_EQ(names.seat_of(spare), Seat(name));
  EXPECT_EQ(names.seat_of(Unit(name)), std::nullopt);
  EXPECT_EQ(names.free_units(), 255);
}

TEST(SeatsOfNames, SeveralFailuresTakeSparesInOrder) {
  const Machine machine = *Machine::make({});
  Seats names = seats_of_names(machine);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(fail_chip(names, Chip(100 * i))->to, Unit(4096 + i));
}

TEST(SeatsOfNames, AFailedSpareInUsePassesOnItsName) {
  const Machine machine = *Machine::make({});
  Seats names = seats_of_names(machine);
  ASSERT_TRUE(fail_chip(names, Chip(7)));
  EXPECT_EQ(*fail_chip(names, Chip(4096)), (Seats::Move{Unit(4096), Seat(7), Unit(4097)}));
  EXPECT_EQ(names.unit_of(Seat(7)), Unit(4097));
}

TEST(SeatsOfNames, AFailedIdleSpareMovesNoNameAndIsSkipped) {
  const Machine machine = *Machine::make({});
  Seats names = seats_of_names(machine);
  EXPECT_EQ(*fail_chip(names, Chip(4096)), (Seats::Move{Unit(4096), std::nullopt, std::nullopt}));
  EXPECT_EQ(names.free_units(), 255);
  EXPECT_EQ(fail_chip(names, Chip(0))->to, Unit(4097));
}

TEST(SeatsOfNames, WhenTheSparesAreExhaustedTheNameIsReportedLost) {
  const Machine machine = *Machine::make({});
  Seats names = seats_of_names(machine);
  for (int failed = 0; failed < 256; ++failed) ASSERT_TRUE(fail_chip(names, Chip(failed))->to);
  EXPECT_EQ(names.free_units(), 0);
  EXPECT_EQ(*fail_chip(names, Chip(256)), (Seats::Move{Unit(256), Seat(256), std::nullopt}));
  EXPECT_EQ(names.unit_of(Seat(256)), std::nullopt);
  EXPECT_EQ(names.lost_seats(), 1);
}

TEST(SeatsOfNames, AChipThatHasFailedOrDoesNotExistIsRejected) {
  const Machine machine = *Machine::make({});
  Seats names = seats_of_names(machine);
  ASSERT_TRUE(fail_chip(names, Chip(3)));
  EXPECT_EQ(fail_chip(names, Chip(3)).error().message(), "failure: chip 3 has already failed; expected a working chip");
  EXPECT_EQ(fail_chip(names, Chip(4352)).error().message(), "failure: found chip 4352; expected 0 to 4351");
  EXPECT_FALSE(fail_chip(names, Chip(-1)));
}

TEST(SeatsOfNames, NamesAndChipsStayPairedUnderAnyFailures) {
  MachineConfig config;
  config.sides = {4, 8, 8};
  config.spare_blocks = 1;
  const Machine machine = *Machine::make(config);
  Random random(5);
  for (int trial = 0; trial < 20; ++trial) {
    Seats names = seats_of_names(machine);
    std::vector<int> chips(static_cast<std::size_t>(machine.chip_count()));
    for (int i = 0; i < machine.chip_count(); ++i) chips[static_cast<std::size_t>(i)] = i;
    random.shuffle(chips);
    for (int failures = 0; failures < 200; ++failures) {
      const int failed = chips[static_cast<std::size_t>(failures)];
      ASSERT_TRUE(fail_chip(names, Chip(failed)));
      ASSERT_EQ(names.seat_of(Unit(failed)), std::nullopt);
    }
    int served = 0;
    for (int name = 0; name < machine.active_count(); ++name)
      if (const auto at = names.unit_of(Seat(name))) {
        ++served;
        ASSERT_EQ(names.seat_of(*at), Seat(name));
      }
    ASSERT_EQ(served + names.lost_seats(), machine.active_count());
    // 320 chips, 200 failed: 120 work, and each of them has a name, since there are more names than working chips.
    ASSERT_EQ(served, 120);
  }
}

}  // namespace
}  // namespace vtpu::net
