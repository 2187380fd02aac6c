// Tests of components, failure files and the assignment of units to seats.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "vtpu/base/random.h"
#include "vtpu/net/fault/component.h"
#include "vtpu/net/fault/degraded.h"
#include "vtpu/net/fault/fabric.h"
#include "vtpu/net/fault/failure_trace.h"
#include "vtpu/net/seats.h"

namespace vtpu::net::fault {
namespace {

TEST(Components, HostsBlocksAndRacksEachCoverEveryChipOnce) {
  const Machine machine = *Machine::make({});
  for (const ComponentKind kind :
       {ComponentKind::chip, ComponentKind::host, ComponentKind::block, ComponentKind::rack, ComponentKind::volume}) {
    std::vector<Chip> covered;
    for (int id = 0; id < component_count(machine, kind); ++id)
      for (const Chip chip : chips_of(machine, {kind, id})) covered.push_back(chip);
    std::sort(covered.begin(), covered.end());
    ASSERT_EQ(static_cast<int>(covered.size()), machine.chip_count()) << name_of(kind);
    for (int chip = 0; chip < machine.chip_count(); ++chip)
      ASSERT_EQ(covered[static_cast<std::size_t>(chip)], Chip(chip));
  }
}

TEST(Components, TheChipsOfAHostAreThoseOfOneTray) {
  const Machine machine = *Machine::make({});
  for (const int host : {0, 5, 1023, 1087}) {
    const std::vector<Chip> chips = chips_of(machine, {ComponentKind::host, host});
    ASSERT_EQ(chips.size(), 4u);
    for (const Chip chip : chips) {
      EXPECT_EQ(machine.rack_place_of(chip).tray, machine.rack_place_of(chips[0]).tray);
      EXPECT_EQ(machine.block_place_of(chip).block, Block(host / 16));
    }
  }
}

TEST(Components, LinksOfABlockJoinItsNeighboursOnceEach) {
  const Machine machine = *Machine::make({});
  EXPECT_EQ(component_count(machine, ComponentKind::link), 68 * 144);
  std::set<std::pair<Chip, Chip>> pairs;
  for (int link = 0; link < 144; ++link) {
    const auto ends = link_ends(machine, link);
    const Coordinates a = machine.block_shape().coordinates_of(machine.block_place_of(ends[0].chip).position);
    const Coordinates b = machine.block_shape().coordinates_of(machine.block_place_of(ends[1].chip).position);
    int apart = 0;
    for (std::size_t d = 0; d < 3; ++d) apart += std::abs(a[d] - b[d]);
    EXPECT_EQ(apart, 1);
    EXPECT_EQ(ends[0].port.value() ^ 1, ends[1].port.value());
    pairs.insert({ends[0].chip, ends[1].chip});
  }
  EXPECT_EQ(pairs.size(), 144u);
}

TEST(FailureTrace, RoundTripsThroughItsText) {
  const Machine machine = *Machine::make({});
  const std::vector<TraceFailure> failures = {{0.1, {ComponentKind::chip, 4100}, 7.25},
                                              {3, {ComponentKind::volume, 16}},
                                              {1e6 / 3, {ComponentKind::fibre, 6527}}};
  const auto read = parse_failures(failures_text(failures, machine), "f.csv", machine);
  ASSERT_TRUE(read.ok()) << read.error().message();
  ASSERT_EQ(read->size(), failures.size());
  for (std::size_t i = 0; i < failures.size(); ++i) {
    EXPECT_EQ((*read)[i].time_s, failures[i].time_s);
    EXPECT_EQ((*read)[i].component, failures[i].component);
    EXPECT_EQ((*read)[i].repair_s, failures[i].repair_s);
  }
}

TEST(FailureTrace, AChipIsNamedByNumberAddressOrCoordinates) {
  const Machine machine = *Machine::make({});
  const Chip chip = *machine.chip_at(ChipAddress{8, 8, 8});
  for (const std::string& name : {std::to_string(chip.value()), std::string("8.8.8/1.1"), std::string("8.8.8")}) {
    const auto read = parse_failures("time_s,component,id,repair_s\n1,chip," + name + ",\n", "f.csv", machine);
    ASSERT_TRUE(read.ok()) << read.error().message();
    EXPECT_EQ(read->front().component, (Component{ComponentKind::chip, chip.value()})) << name;
  }
}

TEST(FailureTrace, ErrorsNameFileLineAndColumn) {
  const Machine machine = *Machine::make({});
  const auto message = [&](const std::string& row) {
    return parse_failures("time_s,component,id,repair_s\n1,chip,8.8.8/1.1,\n" + row + "\n", "f.csv", machine)
        .error()
        .message();
  };
  EXPECT_EQ(message("2,hots,1,"),
            "f.csv:3, column component: found 'hots'; did you mean 'host'?; expected one of chip, host, link, fibre, "
            "ocs, block, rack, volume");
  EXPECT_EQ(message("2,host,1088,"), "f.csv:3, column id: found host 1088; expected 0 to 1087");
  EXPECT_EQ(message("2,volume,18,"), "f.csv:3, column id: found volume 18; expected 1 to 17");
  EXPECT_EQ(message("-2,host,1,"), "f.csv:3, column time_s: found -2; expected at least 0");
  EXPECT_EQ(message("2,host,1,2"),
            "f.csv:3, column repair_s: found 2; expected a time after the failure at 2 s, or nothing");
  EXPECT_NE(message("2,chip,18.1.1/1.1,").find("f.csv:3, column id"), std::string::npos);
  EXPECT_FALSE(parse_failures("time_s,component,id\n", "f.csv", machine).ok());
}

TEST(FailureModels, AnInvalidLawIsRejected) {
  const Machine machine = *Machine::make({});
  EXPECT_FALSE(validate(machine, {.laws = {{ComponentKind::chip, {0, 1}}}, .trace = {}}).ok());
  EXPECT_FALSE(validate(machine, {.laws = {{ComponentKind::chip, {1, -1}}}, .trace = {}}).ok());
  EXPECT_FALSE(validate(machine, {.laws = {{ComponentKind::chip, {}}, {ComponentKind::chip, {}}}, .trace = {}}).ok());
  EXPECT_FALSE(validate(machine, {.laws = {}, .trace = {{1, {ComponentKind::ocs, 48}}}}).ok());
}

TEST(LifeLaws, AWeibullLawHasTheGivenMean) {
  for (const double shape : {0.7, 1.0, 2.0}) {
    const LifeLaw law = LifeLaw::weibull(1000, shape);
    EXPECT_NEAR(law.mean_days(), 1000, 1e-9);
    Random random(3);
    int below = 0;
    constexpr int kDraws = 20000;
    for (int i = 0; i < kDraws; ++i) below += law.draw(random) <= 500;
    const double p = law.cdf(500);
    EXPECT_NEAR(below / double(kDraws), p, 5 * std::sqrt(p * (1 - p) / kDraws)) << shape;
  }
}

/// Whether a link, fibre or switch that has failed ends at this port of a chip, from the layout of the switches.
bool end_has_failed(const Machine& machine, const std::set<Component>& failed, Chip chip, PortNumber port) {
  const int dimension = port.value() / 2;
  const bool plus = port.value() % 2 == 0;
  const ocs::OcsLayout layout = ocs::OcsLayout::of(machine);
  const BlockPlace place = machine.block_place_of(chip);
  const Coordinates position = machine.block_shape().coordinates_of(place.position);
  if (position[static_cast<std::size_t>(dimension)] == (plus ? layout.block_side - 1 : 0)) {
    const int ocs = layout.ocs_of(dimension, position).value();
    const int fibre = layout.port_of(place.block, plus ? ocs::Face::plus : ocs::Face::minus).value();
    return failed.contains({ComponentKind::ocs, ocs}) ||
           failed.contains({ComponentKind::fibre, ocs * layout.ports_per_ocs() + fibre});
  }
  return std::any_of(failed.begin(), failed.end(), [&](const Component& component) {
    if (component.kind != ComponentKind::link) return false;
    const auto ends = link_ends(machine, component.id);
    return std::any_of(ends.begin(), ends.end(),
                       [&](const LinkEnd& end) { return end.chip == chip && end.port == port; });
  });
}

TEST(Fabric, CarriesWhatNoFailureInterruptsThroughFailuresRepairsAndNewCircuits) {
  const Machine machine = *Machine::make({.sides = {4, 8, 8}, .spare_blocks = 1});
  const ocs::OcsState states[] = {whole_torus(machine), *splice_in_series(machine, SpliceRule::spread, 1)};
  Fabric fabric(machine, states[0]);
  std::set<Component> failed;
  Random random(11);
  for (int step = 0; step < 120; ++step) {
    const ComponentKind kind = std::array{ComponentKind::link, ComponentKind::fibre, ComponentKind::fibre,
                                          ComponentKind::ocs}[random.below(4)];
    const Component component{
        kind, static_cast<int>(random.below(static_cast<std::uint64_t>(component_count(machine, kind))))};
    IndexedVector<Chip, bool> works(machine.chip_count());
    for (const Chip chip : works.indices()) works[chip] = random.below(8) != 0;
    const ocs::OcsState& state = states[step / 30 % 2];
    fabric.set_state(state);

    IndexedVector<Chip, std::vector<Chip>> neighbours(works.size());
    int dark = 0;
    bool used = false;
    for (const Chip chip : works.indices())
      for (const PortNumber port : index_range<PortNumber>(6)) {
        const auto far = ocs::far_end(state, {machine.block_place_of(chip), port});
        if (!far || !works[chip]) continue;
        const Chip there = machine.chip_at(far->place);
        if (!works[there]) continue;
        if (end_has_failed(machine, failed, chip, port) || end_has_failed(machine, failed, there, far->port)) {
          ++dark;
          continue;
        }
        neighbours[chip].push_back(there);
        used = used || end_has_failed(machine, {component}, chip, port);
      }
    EXPECT_EQ(2 * fabric.dark_links(works), dark);
    EXPECT_EQ(fabric.in_use(component, works), used);

    IndexedVector<Chip, bool> seen(works.size()), largest(works.size());
    long size = 0;
    for (const Chip first : works.indices()) {
      if (!works[first] || seen[first]) continue;
      IndexedVector<Chip, bool> part(works.size());
      std::vector<Chip> front = {first};
      part[first] = true;
      while (!front.empty()) {
        const Chip chip = front.back();
        front.pop_back();
        seen[chip] = true;
        for (const Chip next : neighbours[chip]) {
          if (part[next]) continue;
          part[next] = true;
          front.push_back(next);
        }
      }
      if (const long count = std::count(part.begin(), part.end(), true); count > size) {
        largest = part;
        size = count;
      }
    }
    EXPECT_EQ(fabric.largest_part(works), largest);

    if (failed.erase(component) > 0) {
      fabric.repair(component);
    } else {
      failed.insert(component);
      fabric.fail(component);
    }
  }
  EXPECT_GT(failed.size(), 60u);
}

RC_GTEST_PROP(Seats, WithoutRepairsASeatMovesToTheFirstUnitThatIsNeitherUsedNorFailed, (std::uint64_t seed)) {
  const Machine machine = *Machine::make({});
  const int names = machine.active_count(), chips = machine.chip_count();
  Seats seats(names, chips);
  std::vector<int> seat_of(static_cast<std::size_t>(chips), -1);  // by unit; -1: idle, -2: failed
  std::iota(seat_of.begin(), seat_of.begin() + names, 0);
  int lost = 0;
  Random random(seed);
  std::vector<int> order;
  for (int chip = 0; chip < machine.chip_count(); ++chip) order.push_back(chip);
  random.shuffle(order);
  for (int i = 0; i < 600; ++i) {
    const int unit = order[static_cast<std::size_t>(i)];
    const int seat = std::exchange(seat_of[static_cast<std::size_t>(unit)], -2);
    const auto spare = seat < 0 ? seat_of.end() : std::find(seat_of.begin() + names, seat_of.end(), -1);
    const Seats::Move move = seats.fail(Unit(unit));
    RC_ASSERT(move.seat == (seat < 0 ? std::nullopt : std::optional(Seat(seat))));
    RC_ASSERT(move.to ==
              (spare == seat_of.end() ? std::nullopt : std::optional(Unit(static_cast<int>(spare - seat_of.begin())))));
    if (spare != seat_of.end()) *spare = seat;
    lost += seat >= 0 && spare == seat_of.end();
  }
  RC_ASSERT(seats.lost_seats() == lost);
  RC_ASSERT(seats.free_units() == std::count(seat_of.begin() + names, seat_of.end(), -1));
  RC_ASSERT(seats.consistent());
}

RC_GTEST_PROP(Seats, EverySeatHasOneUnitOrIsLostThroughFailuresAndRepairs, (std::uint64_t seed)) {
  Seats seats(12, 15);
  Random random(seed);
  for (int i = 0; i < 200; ++i) {
    const Unit unit(static_cast<int>(random.below(15)));
    if (seats.failed(unit))
      seats.repair(unit);
    else
      seats.fail(unit);
    RC_ASSERT(seats.consistent());
    int working = 0;
    for (const Unit each : index_range<Unit>(15)) working += !seats.failed(each);
    RC_ASSERT(seats.lost_seats() == std::max(0, 12 - working));
  }
}

}  // namespace
}  // namespace vtpu::net::fault
