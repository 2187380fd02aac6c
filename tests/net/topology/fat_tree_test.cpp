#include "vtpu/net/topology/fat_tree.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "vtpu/net/network.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/island_fat_tree.h"

namespace vtpu::net::topology {
namespace {

TEST(FatTree, HasTheSwitchesOfAKAryNTree) {
  const FatTree full = *FatTree::make(64, 8, 3);
  EXPECT_EQ(full.switch_count(), 3 * 16);
  EXPECT_EQ(num_edges(full), 2u * 3 * 64) << "one link per chip between levels";
  EXPECT_EQ(distances(full).diameter(), 6);
  const FatTree partial = *FatTree::make(40, 8, 3);
  // Ten switches at the lowest level; three subtrees of 16 chips with four switches each above them; sixteen at the
  // top.
  EXPECT_EQ(partial.switch_count(), 10 + 3 * 4 + 16);
}

TEST(FatTree, TakesTheFewestLevelsThatHoldItsChips) {
  EXPECT_EQ(FatTree::make(20, 40)->levels(), 1);
  EXPECT_EQ(FatTree::make(21, 40)->levels(), 2);
  EXPECT_EQ(FatTree::make(400, 40)->levels(), 2);
  EXPECT_EQ(FatTree::make(401, 40)->levels(), 3);
  EXPECT_EQ(FatTree::make(8000, 40)->levels(), 3);
}

TEST(FatTree, EveryBalancedCutHasFullBisection) {
  for (const FatTree& tree : {*FatTree::make(16, 8, 2), *FatTree::make(64, 8, 3), *FatTree::make(40, 8, 3)}) {
    const LinkGraph graph = link_graph(tree);
    std::vector<int> even, odd, low, high;
    for (int chip = 0; chip < tree.chip_count(); ++chip) {
      (chip % 2 == 0 ? even : odd).push_back(chip);
      (2 * chip < tree.chip_count() ? low : high).push_back(chip);
    }
    EXPECT_EQ(min_cut_links(graph, even, odd), closed_form_bisection(tree)) << tree.name();
    EXPECT_EQ(min_cut_links(graph, low, high), closed_form_bisection(tree)) << tree.name();
    const BisectionBounds bounds = bisection_bounds(graph, {tree.chip_count()}, closed_form_alltoall_bound(tree));
    EXPECT_EQ(bounds.at_most, closed_form_bisection(tree)) << tree.name();
    EXPECT_LE(bounds.at_least, bounds.at_most);
  }
}

TEST(FatTree, AllToAllIsLimitedOnlyByTheChipsOwnLinks) {
  for (const FatTree& tree : FatTree::examples())
    EXPECT_NEAR(uniform_load(tree).bound_by_link(), closed_form_alltoall_bound(tree), 1e-9) << tree.name();
}

TEST(FatTree, SwitchesAreNotEndpointsOfTraffic) {
  const FatTree tree = *FatTree::make(16, 8, 2);
  const DistanceDistribution all = distances(tree);
  EXPECT_EQ(all.chips, 16);
  EXPECT_EQ(all.pairs_at, (std::vector<std::uint64_t>{16, 0, 16 * 3, 0, 16 * 12}));
  EXPECT_EQ(all.unreachable_pairs(), 0u);
  EXPECT_EQ(Network(tree).chip_count(), 16);
  EXPECT_EQ(Network(tree).node_count(), 16 + 8);
  EXPECT_EQ(Network(tree).attached_count(), 2 * 2 * 16);
}

TEST(FatTree, RejectsAnInvalidSizeAndNamesIt) {
  EXPECT_EQ(FatTree::make(16, 7, 2).error().message(), "fat tree: found radix 7; expected an even number from 4 to 64");
  EXPECT_EQ(FatTree::make(17, 8, 2).error().message(),
            "fat tree: found 17 chips; expected 2 to 16 below 2 levels of radix 8");
  EXPECT_EQ(FatTree::make(1, 8, 2).error().found, "found 1 chips");
  EXPECT_EQ(FatTree::make(16, 8, 0).error().message(), "fat tree: found 0 levels; expected 1 to 20");
  EXPECT_EQ(FatTree::make(16, 64, 20).error().message(), "fat tree: found 20 levels; expected at most 4 of radix 64");
  EXPECT_FALSE(FatTree::make(1 << 20, 4, 20));
  EXPECT_FALSE(FatTree::make(1 << 30, 40));
  EXPECT_FALSE(FatTree::make(-5, -5));
}

TEST(IslandFatTree, ConnectsEveryIslandAsACubeAndEveryChipToTheTree) {
  const IslandFatTree hybrid = *IslandFatTree::make(64);
  for (const Chip chip : index_range<Chip>(64)) {
    std::set<Chip> near;
    for (const PortNumber number : index_range<PortNumber>(3)) near.insert(hybrid.peer({chip, number}).chip);
    EXPECT_EQ(near, (std::set<Chip>{Chip(chip.value() ^ 1), Chip(chip.value() ^ 2), Chip(chip.value() ^ 4)}));
    EXPECT_GE(hybrid.peer({chip, PortNumber(3)}).chip, Chip(64));
  }
  EXPECT_EQ(hybrid.dimension_of(hybrid.peer({Chip(0), PortNumber(3)}).number), 4);
}

TEST(IslandFatTree, HasIciLinksInsideIslandsAndHalfTheirBandwidthOutside) {
  const IslandFatTree hybrid = *IslandFatTree::make(64);
  const Network network(hybrid, {50, 100});
  int ici = 0, infiniband = 0;
  for (const Channel channel : network.channels()) {
    if (!network.attached(channel)) continue;
    const bool inside = network.source(channel) < Chip(64) && network.target(channel) < Chip(64);
    EXPECT_EQ(network.link(channel).bandwidth_gbytes_per_s, inside ? 50 : 25);
    EXPECT_EQ(network.link(channel).latency_ns, 100);
    (inside ? ici : infiniband) += 1;
  }
  EXPECT_EQ(ici, 64 * 3);
  EXPECT_EQ(infiniband, 2 * (64 + 4 * 16)) << "chips to four lowest switches, and these to the top";
}

TEST(IslandFatTree, NeedsThreeLevelsForTheWholeMachine) {
  EXPECT_EQ(IslandFatTree::make(64)->tree().levels(), 2);
  const IslandFatTree machine = *IslandFatTree::make(4096);
  EXPECT_EQ(machine.tree().levels(), 3);
  EXPECT_EQ(machine.switch_count(), 3 * 256);
  const Network network(machine);
  EXPECT_EQ(network.attached_count(), 4096 * 3 + 2 * 3 * 4096);
  EXPECT_EQ(IslandFatTree::make(60).error().message(),
            "islands on a fat tree: found 60 chips; expected a multiple of 8 up to 4096");
  EXPECT_FALSE(IslandFatTree::make(0));
  EXPECT_FALSE(IslandFatTree::make(4104));
}

}  // namespace
}  // namespace vtpu::net::topology
