#include "vtpu/net/fault/degraded.h"

#include <gtest/gtest.h>

#include <numeric>

#include "vtpu/base/random.h"
#include "vtpu/net/fault/detour.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/flow/fluid.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/seats.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/torus.h"

namespace vtpu::net::fault {
namespace {

Machine small_machine() { return *Machine::make({.sides = {8, 8, 8}, .spare_blocks = 1}); }

std::vector<Chip> range(int first, int last) {
  std::vector<Chip> chips(static_cast<std::size_t>(last - first));
  std::iota(chips.begin(), chips.end(), Chip(first));
  return chips;
}

std::vector<std::optional<Chip>> chips_of_names(const Seats& seats, int names) {
  std::vector<std::optional<Chip>> chips(static_cast<std::size_t>(names));
  for (int name = 0; name < names; ++name)
    if (const auto unit = seats.unit_of(Seat(name))) chips[static_cast<std::size_t>(name)] = Chip(unit->value());
  return chips;
}

TEST(Degraded, AMachineWithoutFailuresIsItsTorus) {
  const Machine machine = small_machine();
  const topology::Torus torus{{8, 8, 8}};
  const DegradedTopology whole(MachineTopology("whole", machine, whole_torus(machine)));
  for (const Chip chip : index_range<Chip>(512))
    for (const PortNumber port : index_range<PortNumber>(6))
      EXPECT_EQ(whole.peer({chip, port}), torus.peer({chip, port}));
}

TEST(Degraded, TheLinksOfAMachineAreThoseOfItsBlocksAndCircuits) {
  const Machine machine = small_machine();
  const ocs::OcsState torus = whole_torus(machine), spliced = *splice_in_series(machine, SpliceRule::spread, 1);
  MachineTopology rewired("rewired", machine, torus);
  for (const ocs::OcsState& state : {torus, spliced, torus}) {
    rewired.set_state(state);
    const MachineTopology made("made", machine, state);
    for (const Chip chip : index_range<Chip>(machine.chip_count()))
      for (const PortNumber number : index_range<PortNumber>(6)) {
        const auto far = ocs::far_end(state, {machine.block_place_of(chip), number});
        const Port expected = far ? Port{machine.chip_at(far->place), far->port} : kNoPort;
        ASSERT_EQ(made.peer({chip, number}), expected);
        ASSERT_EQ(rewired.peer({chip, number}), expected);
      }
  }
}

TEST(Degraded, ASplicedRingIsOneBlockLonger) {
  const Machine machine = *Machine::make({});
  for (const SpliceRule rule : {SpliceRule::bundled, SpliceRule::spread})
    for (int spares = 0; spares <= 4; ++spares) {
      const ocs::OcsState state = *splice_in_series(machine, rule, spares);
      EXPECT_EQ(state.circuits().size(), 48u * (64 + static_cast<std::size_t>(spares)));
      const DegradedTopology topology(MachineTopology("spliced", machine, state));
      int links = 0, between_actives = 0;
      for_each_link(topology, [&](Port from, Port to) {
        ++links;
        between_actives += from.chip < Chip(4096) && to.chip < Chip(4096);
      });
      const int dark = (4 - spares) * 6 * 16;  // face ports of the remaining spare blocks
      EXPECT_EQ(links, 6 * 4352 - dark);
      EXPECT_EQ(between_actives, 6 * 4096 - spares * 48 * 2);
    }
}

TEST(Degraded, ASplicedMachineSeenWithoutSparesIsTheTorus) {
  const Machine machine = *Machine::make({});
  const topology::Torus torus{{16, 16, 16}};
  for (const SpliceRule rule : {SpliceRule::bundled, SpliceRule::spread}) {
    const DegradedTopology spliced(MachineTopology("spliced", machine, *splice_in_series(machine, rule, 4)));
    const MachineTopology seen = without_spares(spliced);
    int longer = 0;
    for (const Chip chip : index_range<Chip>(4096))
      for (const PortNumber port : index_range<PortNumber>(6)) {
        EXPECT_EQ(seen.peer({chip, port}), torus.peer({chip, port}));
        const std::size_t line = line_from(spliced, {chip, port}).size();
        EXPECT_TRUE(line == 1 || line == 5);
        longer += line == 5;
      }
    EXPECT_EQ(longer, 4 * 48 * 2);
  }
}

TEST(Degraded, AFailedSpareBreaksOnlyItsOwnLines) {
  const Machine machine = *Machine::make({});
  DegradedTopology spliced(MachineTopology("spliced", machine, *splice_in_series(machine, SpliceRule::spread, 1)));
  spliced.remove_node(Chip(4096 + 21));
  const MachineTopology seen = without_spares(spliced);
  int open = 0;
  for (const Chip chip : index_range<Chip>(4096))
    for (const PortNumber port : index_range<PortNumber>(6)) open += seen.peer({chip, port}) == kNoPort;
  EXPECT_EQ(open, 6);
}

TEST(Degraded, ARemovedChipOrLinkDisappearsAtBothEnds) {
  const Machine machine = small_machine();
  DegradedTopology topology(MachineTopology("torus", machine, whole_torus(machine)));
  topology.remove_node(Chip(100));
  topology.remove_link({Chip(0), PortNumber(0)});
  topology.remove_link({Chip(0), PortNumber(0)});
  int links = 0;
  for_each_link(topology, [&](Port from, Port to) {
    ++links;
    EXPECT_EQ(topology.peer(to), from);
    EXPECT_NE(from.chip, Chip(100));
  });
  EXPECT_EQ(links, 6 * 512 + 6 * 64 - 6 * 16 - 12 - 2);
}

TEST(Degraded, ADarkSwitchRemovesOnlyItsOwnCircuits) {
  const Machine machine = *Machine::make({});
  ocs::OcsState state = whole_torus(machine);
  darken(state, Ocs(5));
  EXPECT_EQ(state.circuits().size(), 47u * 64);
  const Network network(MachineTopology("dark", machine, state));
  EXPECT_EQ(pair_distances(network, range(0, 4096)).cut_off, 0u);
}

TEST(Degraded, MoreSpareBlocksThanTheMachineHasIsAnError) {
  EXPECT_FALSE(splice_in_series(small_machine(), SpliceRule::spread, 2));
}

TEST(Detour, DistancesEqualThoseOfSearchesFromEveryChip) {
  const Machine machine = small_machine();
  DegradedTopology topology(MachineTopology("spliced", machine, *splice_in_series(machine, SpliceRule::spread, 1)));
  for (const Chip chip : {Chip(3), Chip(77), Chip(300)}) topology.remove_node(chip);
  const PairDistances found = pair_distances(Network(topology), range(0, 576));
  const topology::DistanceDistribution expected = topology::distances(topology);
  EXPECT_EQ(found.cut_off, expected.unreachable_pairs());
  EXPECT_EQ(found.longest, expected.diameter());
  EXPECT_NEAR(found.mean(), expected.average_excluding_self(), 1e-12);
}

TEST(Detour, LoadEqualsThatOfAShortestPathTable) {
  const Machine machine = *Machine::make({.sides = {4, 8, 8}, .spare_blocks = 1});
  DegradedTopology topology(MachineTopology("spliced", machine, *splice_in_series(machine, SpliceRule::spread, 1)));
  for (const Chip chip : {Chip(3), Chip(77)}) topology.remove_node(chip);
  const Network network(topology);
  const workload::Traffic traffic = workload::Traffic::uniform(network.chip_count(), true);
  for (const auto& [paths, split] :
       {std::pair{Paths::even, routing::Split::even}, {Paths::first, routing::Split::first}}) {
    const auto routing = routing::TableRouting::make(network, split);
    ASSERT_TRUE(routing);
    const auto expected = routing::expected_load(network, *routing, traffic);
    const std::vector<Chip> chips = range(0, network.chip_count());
    const auto found = shortest_path_load(network, chips, chips, 1.0 / network.chip_count(), paths);
    // The shares of a table are rounded to multiples of 2^-24.
    for (const Channel channel : found.indices()) EXPECT_NEAR(found[channel], expected[channel], 1e-5);
  }
}

TEST(Detour, TheTotalLoadIsTrafficTimesHops) {
  const Machine machine = small_machine();
  DegradedTopology topology(MachineTopology("torus", machine, whole_torus(machine)));
  for (const Chip chip : {Chip(3), Chip(77), Chip(300)}) topology.remove_node(chip);
  std::vector<Chip> alive;
  for (const Chip chip : range(0, 512))
    if (chip != Chip(3) && chip != Chip(77) && chip != Chip(300)) alive.push_back(chip);
  const SparedRoutes routes(topology);
  const PairDistances hops = pair_distances(routes.network(), alive);
  EXPECT_NEAR(total(routes.uniform_load(alive)), static_cast<double>(hops.hops) / 509, 1e-9);
}

TEST(Detour, SplicedSparesWithoutFailuresChangeNoLoad) {
  const Machine machine = small_machine();
  for (const SpliceRule rule : {SpliceRule::bundled, SpliceRule::spread}) {
    const SparedRoutes routes(
        DegradedTopology(MachineTopology("spliced", machine, *splice_in_series(machine, rule, 1))));
    EXPECT_NEAR(largest(routes.uniform_load(range(0, 512))), 1, 1e-12);  // side / 8
    const Seats names = seats_of_names(machine);
    EXPECT_EQ(largest(routes.load(neighbour_demands({8, 8, 8}, chips_of_names(names, 512)))), 1);
    EXPECT_EQ(largest(routes.load(ring_demands({8, 8, 8}, chips_of_names(names, 512)))), 1);
  }
}

TEST(Detour, ASpareBlockInPlaceCostsNothing) {
  const Machine machine = small_machine();
  const ocs::Splice splice = *ocs::splice_block(whole_torus(machine), Block(3), Block(8));
  const SparedRoutes routes(DegradedTopology(MachineTopology("spliced", machine, splice.state, SpareUse::in_place)));
  std::vector<Chip> chips;
  for (const Chip chip : range(0, 512)) {
    const BlockPlace place = machine.block_place_of(chip);
    chips.push_back(place.block == Block(3) ? machine.chip_at(BlockPlace{Block(8), place.position}) : chip);
  }
  const auto load = routes.uniform_load(chips);
  EXPECT_NEAR(largest(load), 1, 1e-12);
  EXPECT_NEAR(total(load), 6 * 512, 1e-8);  // six hops on average, self included
}

TEST(Detour, UniformLoadEqualsThatOfItsDemands) {
  const Machine machine = *Machine::make({.sides = {4, 8, 8}, .spare_blocks = 1});
  DegradedTopology topology(MachineTopology("spliced", machine, *splice_in_series(machine, SpliceRule::spread, 1)));
  Seats names = seats_of_names(machine);
  for (const Chip chip : {Chip(3), Chip(77), Chip(100)}) {
    ASSERT_TRUE(fail_chip(names, chip));
    topology.remove_node(chip);
  }
  std::vector<Chip> chips;
  for (const auto& chip : chips_of_names(names, 256)) chips.push_back(*chip);
  std::vector<workload::Demand> demands;
  for (const Chip from : chips)
    for (const Chip to : chips) demands.push_back({from, to, 1.0 / 256});
  const SparedRoutes routes(topology);
  const auto uniform = routes.uniform_load(chips), listed = routes.load(demands);
  for (const Channel channel : uniform.indices()) EXPECT_NEAR(uniform[channel], listed[channel], 1e-12);
}

TEST(Detour, RingsSkipLostPlaces) {
  std::vector<std::optional<Chip>> chips(64);
  for (int chip = 0; chip < 64; ++chip)
    if (chip != 21) chips[static_cast<std::size_t>(chip)] = Chip(chip);
  EXPECT_EQ(neighbour_demands({4, 4, 4}, chips).size(), 63u * 6);
  const std::vector<workload::Demand> ring = ring_demands({4, 4, 4}, chips);
  EXPECT_EQ(ring.size(), 63u);
  for (const workload::Demand& demand : ring) EXPECT_TRUE(demand.source != Chip(21) && demand.destination != Chip(21));
}

TEST(Detour, PathsCarryEveryByteFromSourceToDestination) {
  const Machine machine = small_machine();
  DegradedTopology topology(MachineTopology("spliced", machine, *splice_in_series(machine, SpliceRule::spread, 1)));
  topology.remove_node(Chip(5));
  const SparedRoutes routes(topology);
  workload::Workload workload("three");
  workload.add({Chip(0), Chip(200), 1000});
  workload.add({Chip(512), Chip(300), 1000});
  workload.add({Chip(0), Chip(5), 1000});
  const flow::Paths paths = routes.paths(workload);
  EXPECT_EQ(paths.of(2), flow::Paths::kNone);
  for (const int message : {0, 1}) {
    double out = 0, in = 0;
    for (const flow::Use& use : paths.uses(paths.of(message))) {
      const Channel channel(use.resource);
      out += routes.network().source(channel) == workload.message(message).source ? use.weight : 0;
      in += routes.network().target(channel) == workload.message(message).destination ? use.weight : 0;
    }
    EXPECT_NEAR(out, 1, 1e-12);
    EXPECT_NEAR(in, 1, 1e-12);
  }
  const workload::Completion done = *flow::run_fluid(workload, paths, *flow::channel_capacities(routes.network()), {});
  EXPECT_EQ(done.delivered_bytes, 2000u);
  EXPECT_EQ(done.lost_bytes, 1000u);
}

}  // namespace
}  // namespace vtpu::net::fault
