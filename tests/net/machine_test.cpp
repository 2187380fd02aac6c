#include "vtpu/net/machine.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>

#include "vtpu/net/chip_address.h"
#include "vtpu/net/shape.h"

namespace vtpu::net {
namespace {

std::string error_of(std::string_view text) {
  const Result<ChipAddress> address = parse_chip_address(text);
  return address ? "accepted" : address.error().message();
}

TEST(ChipAddress, RoundTripsThroughItsText) {
  EXPECT_EQ(to_string(*parse_chip_address("8.8.8/1.1")), "8.8.8/1.1");
  EXPECT_EQ(*parse_chip_address("17.16.999/6.1"), (ChipAddress{17, 16, 999, 6, 1}));
}

TEST(ChipAddress, ErrorsNameTheFirstWrongByte) {
  EXPECT_EQ(error_of(""),
            "chip address, byte 1: found the end of the text; expected the volume as a number from 1 to 999");
  EXPECT_EQ(error_of("8.8/1.1"), "chip address, byte 4: found '/'; expected '.' after the book");
  EXPECT_EQ(error_of("8.8.8"), "chip address, byte 6: found the end of the text; expected '/' after the chapter");
  EXPECT_EQ(error_of("8.8.8/1.1 "), "chip address, byte 10: found ' '; expected the end of the text after the scroll");
  EXPECT_EQ(error_of("8.0.8/1.1"),
            "chip address, byte 3: found the book 0; expected a number from 1 to 999 without leading zero");
  EXPECT_EQ(error_of("8.8.08/1.1"),
            "chip address, byte 5: found the chapter 08; expected a number from 1 to 999 without leading zero");
  EXPECT_EQ(error_of("8.8.8/1000.1"),
            "chip address, byte 7: found the section 1000; expected a number from 1 to 999 without leading zero");
  EXPECT_EQ(error_of("-8.8.8/1.1"), "chip address, byte 1: found '-'; expected the volume as a number from 1 to 999");
  EXPECT_EQ(error_of("8.8.8/1.\x01"),
            "chip address, byte 9: found byte 0x01; expected the scroll as a number from 1 to 999");
  EXPECT_EQ(error_of("8.8.8/99999999999999999999.1").substr(0, 20), "chip address, byte 7");
}

TEST(Shape, RejectsSidesThatAreZeroNegativeOrTooLarge) {
  EXPECT_EQ(parse_shape("4x0x8").error().message(), "shape '4x0x8', side 2: found 0; expected 1 to 16777216");
  EXPECT_EQ(parse_shape("4x-4").error().message(), "shape '4x-4', side 2: found -4; expected 1 to 16777216");
  EXPECT_EQ(parse_shape("").error().message(), "shape '', side 1: found ''; expected a whole number");
  EXPECT_FALSE(parse_shape("65536x65536"));
  EXPECT_FALSE(parse_shape("1x1x1x1x1x1x1"));
  EXPECT_EQ(to_string(*parse_shape("4x4x8")), "4x4x8");
}

TEST(Shape, NumbersPlacesInTheOrderOfTheirCoordinates) {
  const Shape shape = {3, 4, 5};
  for (int i = 0; i < shape.count(); ++i) {
    EXPECT_EQ(shape.index_of(shape.coordinates_of(i)), i);
    if (i > 0) {
      EXPECT_LT(shape.coordinates_of(i - 1), shape.coordinates_of(i));
    }
  }
}

TEST(Machine, HasThePublishedRacksAndTheSparesOfVolume17) {
  const Machine machine = *Machine::make({});
  EXPECT_EQ(machine.active_count(), 4096);
  EXPECT_EQ(machine.spare_count(), 256);
  EXPECT_EQ(machine.block_count(), 68);
  EXPECT_EQ(to_string(machine.address_of(Chip{0})), "1.1.1/1.1");
  EXPECT_EQ(to_string(machine.address_of(Chip{4095})), "16.16.16/1.1");
  EXPECT_EQ(to_string(machine.address_of(Chip{4096})), "17.1.1/1.1");
  EXPECT_EQ(to_string(machine.address_of(Chip{4351})), "17.16.16/1.1");
  EXPECT_EQ(machine.rack_place_of(Chip{0}), (RackPlace{1, 1, 1, 1}));
  EXPECT_EQ(machine.rack_place_of(Chip{4095}), (RackPlace{8, 8, 16, 4}));
  EXPECT_EQ(machine.rack_place_of(Chip{4096}), (RackPlace{9, 1, 1, 1}));
  EXPECT_EQ(machine.rack_place_of(Chip{4351}), (RackPlace{9, 4, 16, 4}));
}

TEST(Machine, AllNamesOfChipsAreBijectionsAtEverySize) {
  for (const int size : {4096, 8192, 16384, 32768, 65536}) {
    const Machine machine = *Machine::of_size(size);
    ASSERT_EQ(machine.active_count(), size);
    ASSERT_EQ(machine.spare_count(), size / 16);
    ASSERT_EQ(machine.spare_volume(), 17);
    for (const Chip chip : index_range<Chip>(machine.chip_count())) {
      const ChipAddress address = machine.address_of(chip);
      ASSERT_EQ(*machine.chip_at(*parse_chip_address(to_string(address))), chip);
      ASSERT_EQ(address.volume == 17, chip.value() >= size);
      ASSERT_EQ(machine.chip_at(machine.block_place_of(chip)), chip);
      ASSERT_EQ(*machine.chip_at(machine.rack_place_of(chip)), chip);
      if (chip.value() > 0) {
        ASSERT_LT(machine.address_of(Chip(chip.value() - 1)), address);
      }
    }
  }
}

TEST(Machine, ATrayHoldsFourNeighboursInOnePlaneOfABlock) {
  const Machine machine = *Machine::make({});
  for (const Chip chip : index_range<Chip>(machine.active_count())) {
    RackPlace corner = machine.rack_place_of(chip);
    const int slot = corner.slot - 1;
    corner.slot = 1;
    const Coordinates first = machine.active_shape().coordinates_of(machine.chip_at(corner)->value());
    const Coordinates here = machine.active_shape().coordinates_of(chip.value());
    ASSERT_EQ(here, (Coordinates{first[0] + slot / 2, first[1] + slot % 2, first[2]}));
  }
}

TEST(Machine, ErrorsNameThePartOfAnUnknownChip) {
  const Machine machine = *Machine::make({});
  const auto message = [&](const ChipAddress& address) { return machine.chip_at(address).error().message(); };
  EXPECT_EQ(message({18, 1, 1}), "chip address: found volume 18; expected 1 to 17");
  EXPECT_EQ(message({1, 17, 1}), "chip address: found book 17; expected 1 to 16");
  EXPECT_EQ(message({1, 1, 17}), "chip address: found chapter 17; expected 1 to 16");
  EXPECT_EQ(message({1, 1, 1, 7}), "chip address: found section 7; expected 1 to 6");
  EXPECT_EQ(message({1, 1, 1, 1, 2}), "chip address: found scroll 2; expected 1 to 1");
  EXPECT_EQ(machine.chip_at(RackPlace{9, 5, 1, 1}).error().message(),
            "rack place: found rack 5 of row 9; expected one of 68 racks");
  EXPECT_FALSE(machine.chip_at(RackPlace{1, 1, 17, 1}));
  EXPECT_FALSE(machine.chip_at(RackPlace{1, 1, 1, 0}));

  MachineConfig three_spares;
  three_spares.spare_blocks = 3;
  EXPECT_EQ(Machine::make(three_spares)->chip_at(ChipAddress{17, 13, 1}).error().message(),
            "chip address: found spare 17.13.1/1.1; expected one of the first 192 spares");
  MachineConfig no_spares;
  no_spares.spare_blocks = 0;
  EXPECT_EQ(Machine::make(no_spares)->chip_at(ChipAddress{17, 1, 1}).error().message(),
            "chip address: found volume 17; expected 1 to 16");
}

TEST(Machine, ErrorsNameTheInvalidField) {
  const auto message = [](auto change) {
    MachineConfig config;
    change(config);
    return Machine::make(config).error().message();
  };
  EXPECT_EQ(message([](MachineConfig& c) {
              c.sides = {16, 18, 16};
            }),
            "machine, books: found 18; expected a multiple of the block side 4 up to 999");
  EXPECT_EQ(message([](MachineConfig& c) {
              c.sides = {0, 16, 16};
            }),
            "machine, volumes: found 0; expected a multiple of the block side 4 up to 998");
  EXPECT_EQ(message([](MachineConfig& c) {
              c.sides = {16, 16, -4};
            }),
            "machine, chapters: found -4; expected a multiple of the block side 4 up to 999");
  EXPECT_EQ(message([](MachineConfig& c) { c.block_side = 3; }),
            "machine, block_side: found 3; expected an even number from 2 to 16");
  EXPECT_EQ(message([](MachineConfig& c) { c.spare_blocks = 5; }),
            "machine, spare_blocks: found 5; expected 0 to 4, which volume 17 has addresses for");
  EXPECT_EQ(message([](MachineConfig& c) { c.links_per_chip = 0; }),
            "machine, links_per_chip: found 0; expected 1 to 999");
  EXPECT_EQ(message([](MachineConfig& c) { c.racks_per_row = 0; }),
            "machine, racks_per_row: found 0; expected at least 1");
  EXPECT_EQ(Machine::of_size(5000).error().message(),
            "machine, active chips: found 5000; expected 4096, 8192, 16384, 32768 or 65536");
}

}  // namespace
}  // namespace vtpu::net
