#include "vtpu/search/lifted_graph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"
#include "vtpu/search/anneal.h"
#include "vtpu/search/families.h"
#include "vtpu/search/mean_distance.h"
#include "vtpu/search/symmetric_state.h"

namespace vtpu::search {
namespace {

net::topology::DistanceDistribution by_graph(const SymmetricState& state) {
  const net::ocs::StateOfSlice circuits = circuits_of(state);
  return net::topology::distances(*net::topology::OcsTopology::make(circuits.state, circuits.slice, "state"));
}

TEST(SymmetricState, OfTheRegularTorusHasItsDistances) {
  MeanDistance distance;
  for (const net::Shape& shape : {net::Shape{4, 4, 4}, net::Shape{4, 4, 8}, net::Shape{4, 8, 12}})
    EXPECT_EQ(distance.distribution(lifted(*torus_state(shape))),
              net::topology::closed_form(net::topology::Torus{shape}));
}

TEST(SymmetricState, OfTheTwistedTorusHasItsDistances) {
  MeanDistance distance;
  for (const net::Shape& shape : {net::Shape{4, 4, 8}, net::Shape{4, 8, 8}, net::Shape{8, 8, 16}}) {
    const Result<SymmetricState> state = twisted_torus_state(shape);
    ASSERT_TRUE(state) << state.error().message();
    EXPECT_EQ(distance.distribution(lifted(*state)),
              net::topology::closed_form(*net::topology::TwistedTorus::make(shape)));
  }
}

TEST(SymmetricState, RejectsShapesThatAreNotWholeBlocks) {
  EXPECT_FALSE(torus_state({4, 6, 4}));
  EXPECT_FALSE(torus_state({4, 4}));
  EXPECT_FALSE(twisted_torus_state({4, 4, 4}));
}

TEST(SymmetricState, IsRecoveredFromItsCircuitsOnAnyGroup) {
  for (const BlockGroup& group : groups_of_order(8)) {
    const SymmetricState state = random_state(group, {8, 8, 8}, {.mirrored = 0.3}, 5);
    const Result<SymmetricState> back = state_on(circuits_of(state), group);
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(back->translation, state.translation);
    for (const net::Ocs ocs : index_range<net::Ocs>(48)) EXPECT_EQ(back->mirrored(ocs), state.mirrored(ocs));
    const Result<SymmetricState> found = symmetric_state_of(circuits_of(state));
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->translation, state.translation);
    EXPECT_EQ(circuits_of(*found).state, circuits_of(state).state);
  }
}

TEST(SymmetricState, CircuitsThatDifferFromBlockToBlockAreRejected) {
  net::ocs::StateOfSlice circuits = circuits_of(*torus_state({4, 4, 16}));
  const net::OcsPort port = circuits.state.layout().port_of(net::Block(2), net::ocs::Face::plus);
  ASSERT_TRUE(circuits.state.disconnect(net::Ocs(40), port));
  EXPECT_NE(symmetric_state_of(circuits).error().message().find("all look the same"), std::string::npos);
}

TEST(LiftedGraph, HasTheDistancesOfTheTopologyItsCircuitsForm) {
  MeanDistance distance;
  std::uint64_t seed = 1;
  for (const BlockGroup& group : groups_of_order(4))
    for (const double mirrored : {0.0, 0.5}) {
      const SymmetricState state = random_state(group, {4, 8, 8}, {.mirrored = mirrored}, seed++);
      EXPECT_EQ(distance.distribution(lifted(state)), by_graph(state));
    }
  const SymmetricState state = random_state(*metacyclic(4, 2, 3, 0), {8, 8, 8}, {.mirrored = 0.3}, 7);
  EXPECT_EQ(distance.distribution(lifted(state)), by_graph(state));
  EXPECT_NEAR(distance(lifted(state)), by_graph(state).average_including_self(), 1e-12);
}

TEST(LiftedGraph, FollowsAChangedSwitch) {
  const BlockGroup group = *metacyclic(4, 2, 3, 0);
  SymmetricState state = random_state(group, {8, 8, 8}, {.mirrored = 0.5}, 1);
  const SymmetricState other = random_state(group, {8, 8, 8}, {.mirrored = 0.5}, 2);
  LiftedGraph graph = lifted(state);
  for (const net::Ocs ocs : index_range<net::Ocs>(48)) {
    state.translation[ocs] = other.translation[ocs];
    state.mirror[ocs] = other.mirror[ocs];
    reset_switch(graph, state, ocs);
  }
  const LiftedGraph expected = lifted(other);
  for (std::size_t a = 0; a < graph.arcs.size(); ++a) {
    EXPECT_EQ(graph.arcs[a].to, expected.arcs[a].to);
    EXPECT_EQ(graph.arcs[a].translation, expected.arcs[a].translation);
  }
}

TEST(MeanDistance, CountsPairsWithoutAPathAsInfinitelyFar) {
  SymmetricState state = *torus_state({4, 4, 8});
  state.translation.assign(48, 0);
  MeanDistance distance;
  EXPECT_TRUE(std::isinf(distance(lifted(state))));
  EXPECT_EQ(distance.bound(lifted(state), std::vector<int>(384, 1)), 0);
  EXPECT_EQ(distance.distribution(lifted(state)).unreachable_pairs(), 128u * 64u);
}

TEST(MeanDistance, TheBoundWithEqualLengthsIsSixOverTheMeanInAnyUnit) {
  const LiftedGraph graph = lifted(random_state(BlockGroup::cyclic(std::vector<int>{4}), {4, 8, 8}, {}, 3));
  MeanDistance distance;
  const double mean = distance(graph);
  EXPECT_NEAR(distance.bound(graph, std::vector<int>(384, 1)), 6 / mean, 1e-12);
  EXPECT_NEAR(distance.bound(graph, std::vector<int>(384, 3)), 6 / mean, 1e-12);
}

TEST(MeanDistance, FindsTheCutOfATorusByLengthsOfItsLongDimension) {
  const LiftedGraph graph = lifted(*torus_state({4, 4, 16}));
  std::vector<int> lengths(384, 1);
  for (std::size_t c = 0; c < lengths.size(); ++c)
    if (c % 6 / 2 == 2) lengths[c] = 15;
  // As the length of z grows, the bound approaches that of the z rings alone, 8 / 16.
  EXPECT_NEAR(MeanDistance().bound(graph, lengths), (15 * 2 + 4) / (15 * 4.0 + 2), 1e-12);
}

}  // namespace
}  // namespace vtpu::search
