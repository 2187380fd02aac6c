#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "vtpu/net/machine.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/ocs/slice.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/hypercube.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"

namespace vtpu::net::ocs {
namespace {

const OcsLayout kLayout = OcsLayout::of(*Machine::make({}));

template <class Connect>
topology::OcsTopology built(const OcsLayout& layout, const Shape& shape, Connect connect) {
  OcsState state(layout);
  const Slice slice = *Slice::make(layout, shape);
  EXPECT_TRUE(connect(state, slice).ok());
  return *topology::OcsTopology::make(state, slice, "built");
}

/// Compares port by port, which is stronger than comparing sets of edges.
template <class A, class B>
void expect_same_links(const A& a, const B& b) {
  ASSERT_EQ(a.chip_count(), b.chip_count());
  ASSERT_EQ(a.port_count(), b.port_count());
  for (const Chip chip : index_range<Chip>(a.chip_count()))
    for (const PortNumber port : index_range<PortNumber>(a.port_count()))
      ASSERT_EQ(a.peer({chip, port}), b.peer({chip, port}))
          << a.name() << ", chip " << chip.value() << ", port " << port.value();
}

TEST(OcsLayout, Joins64BlocksAnd4SparesWith48SwitchesOf136Ports) {
  EXPECT_EQ(kLayout.ocs_count(), 48);
  EXPECT_EQ(kLayout.ports_per_ocs(), 136);
}

TEST(OcsLayout, EverySwitchServesOneFacePositionOfOneDimension) {
  std::set<Ocs> seen;
  const Shape block = kLayout.block_shape();
  for (int d = 0; d < 3; ++d)
    for (int position = 0; position < block.count(); ++position) {
      if (block.coordinate_of(position, d) != 3) continue;
      const Ocs ocs = kLayout.ocs_of(d, block.coordinates_of(position));
      EXPECT_TRUE(seen.insert(ocs).second);
      EXPECT_EQ(kLayout.dimension_of(ocs), d);
      EXPECT_EQ(block.index_of(kLayout.position_of(ocs, Face::plus)), position);
      EXPECT_EQ(block.index_of(kLayout.position_of(ocs, Face::minus)), position - 3 * block.stride(d));
    }
  EXPECT_EQ(seen.size(), 48u);
}

TEST(OcsLayout, TheWholeTorusUses128PortsOfEachSwitchAnd6144LinkEnds) {
  OcsState state(kLayout);
  ASSERT_TRUE(connect_torus(state, *Slice::make(kLayout, {16, 16, 16})));
  EXPECT_EQ(state.circuits().size(), 3072u);
  for (const Ocs ocs : index_range<Ocs>(48)) {
    int used = 0;
    for (const OcsPort port : index_range<OcsPort>(136)) used += state.peer(ocs, port).valid();
    EXPECT_EQ(used, 128);
  }
}

TEST(OcsState, RejectsCircuitsThatAreNotAMatching) {
  const auto message = [](std::vector<Circuit> circuits) {
    return OcsState::make(kLayout, circuits).error().message();
  };
  EXPECT_EQ(message({{Ocs{48}, OcsPort{0}, OcsPort{1}}}), "circuit 1, OCS state: found switch 48; expected 0 to 47");
  EXPECT_EQ(message({{Ocs{0}, OcsPort{0}, OcsPort{136}}}),
            "circuit 1, OCS state, switch 0: found port 136; expected 0 to 135");
  EXPECT_EQ(message({{Ocs{0}, OcsPort{-1}, OcsPort{1}}}),
            "circuit 1, OCS state, switch 0: found port -1; expected 0 to 135");
  EXPECT_EQ(message({{Ocs{0}, OcsPort{4}, OcsPort{4}}}),
            "circuit 1, OCS state, switch 0: port 2+ joined with itself; expected two different ports");
  EXPECT_EQ(message({{Ocs{21}, OcsPort{10}, OcsPort{13}}, {Ocs{21}, OcsPort{10}, OcsPort{1}}}),
            "circuit 2, OCS state, switch 21: port 5+ is already in 'y(1,1): 5+ - 6-'; expected a dark port");
  OcsState state(kLayout);
  EXPECT_EQ(state.disconnect(Ocs{3}, OcsPort{7}).error().message(),
            "OCS state, switch 3: port 3- is dark; expected a port in use");
  ASSERT_TRUE(state.connect({Ocs{3}, OcsPort{7}, OcsPort{2}}));
  EXPECT_EQ(state.circuits(), (std::vector<Circuit>{{Ocs{3}, OcsPort{2}, OcsPort{7}}}));
  ASSERT_TRUE(state.disconnect(Ocs{3}, OcsPort{2}));
  EXPECT_EQ(state, OcsState(kLayout));
}

TEST(OcsState, CanBeRebuiltFromItsCircuits) {
  OcsState state(kLayout);
  ASSERT_TRUE(connect_twisted_torus(state, *Slice::make(kLayout, {8, 16, 16})));
  EXPECT_EQ(*OcsState::make(kLayout, state.circuits()), state);
}

TEST(Slice, RejectsShapesAndBlocksThatDoNotFit) {
  const auto message = [](const Shape& shape, std::vector<Block> blocks) {
    return Slice::make(kLayout, shape, blocks).error().message();
  };
  EXPECT_EQ(message({4, 6, 8}, {}), "slice 4x6x8, side 2: found 6; expected a multiple of the block side 4");
  EXPECT_EQ(message({8, 8}, {}), "slice: found shape 8x8; expected three sides");
  EXPECT_EQ(message({4, 4, 8}, {Block{1}}), "slice 4x4x8: found 1 blocks; expected 2");
  EXPECT_EQ(message({4, 4, 8}, {Block{1}, Block{68}}), "slice 4x4x8: found block 68; expected 0 to 67");
  EXPECT_EQ(message({4, 4, 8}, {Block{1}, Block{1}}), "slice 4x4x8: found block 1 twice; expected every block once");
  EXPECT_FALSE(Slice::make(kLayout, {32, 16, 16}));
}

TEST(Slice, OfTheWholeMachineNumbersChipsLikeTheMachine) {
  const Machine machine = *Machine::make({});
  const Slice slice = *Slice::make(kLayout, machine.active_shape());
  for (const Chip chip : index_range<Chip>(machine.active_count())) {
    ASSERT_EQ(slice.place_of(chip), machine.block_place_of(chip));
    ASSERT_EQ(slice.chip_at(slice.place_of(chip)), chip);
  }
}

TEST(ConnectTorus, FormsTheTorusPortByPort) {
  for (const Shape& shape : {Shape{4, 4, 4}, Shape{4, 4, 8}, Shape{4, 8, 8}, Shape{8, 8, 8}, Shape{4, 12, 8},
                             Shape{8, 8, 16}, Shape{16, 16, 16}})
    expect_same_links(built(kLayout, shape, connect_torus), topology::Torus{shape});
}

TEST(ConnectTwistedTorus, FormsTheTwistedTorusPortByPort) {
  for (const Shape& shape : {Shape{4, 4, 8}, Shape{4, 8, 8}, Shape{8, 8, 16}, Shape{8, 16, 16}})
    expect_same_links(built(kLayout, shape, connect_twisted_torus), *topology::TwistedTorus::make(shape));
}

TEST(ConnectTwistedTorus, RejectsShapesOfNeitherFamilySuchAsTheWholeMachine) {
  OcsState state(kLayout);
  EXPECT_EQ(connect_twisted_torus(state, *Slice::make(kLayout, {16, 16, 16})).error().message(),
            "twisted torus: found sides 16x16x16; expected k x k x 2k or k x 2k x 2k");
  EXPECT_EQ(state, OcsState(kLayout));
}

TEST(Builders, PutSeveralSlicesOfScatteredBlocksIntoOneState) {
  OcsState state(kLayout);
  const Slice one = *Slice::make(kLayout, {4, 4, 8}, std::vector<Block>{Block{60}, Block{3}});
  const Slice two = *Slice::make(kLayout, {4, 8, 8}, std::vector<Block>{Block{67}, Block{11}, Block{2}, Block{40}});
  ASSERT_TRUE(connect_twisted_torus(state, one));
  ASSERT_TRUE(connect_torus(state, two));
  expect_same_links(*topology::OcsTopology::make(state, one, "one"), *topology::TwistedTorus::make({4, 4, 8}));
  expect_same_links(*topology::OcsTopology::make(state, two, "two"), topology::Torus{{4, 8, 8}});
  const Slice overlapping = *Slice::make(kLayout, {4, 4, 4}, std::vector<Block>{Block{11}});
  const OcsState before = state;
  EXPECT_NE(connect_torus(state, overlapping).error().message().find("is already in"), std::string::npos);
  const Slice partly =
      *Slice::make(kLayout, {4, 4, 16}, std::vector<Block>{Block{20}, Block{21}, Block{22}, Block{11}});
  EXPECT_FALSE(connect_torus(state, partly));
  EXPECT_FALSE(SnakedPlane::make(kLayout, partly, {16, 16})->connect(state));
  EXPECT_EQ(state, before) << "a builder that fails changes nothing";
}

TEST(OcsTopology, RejectsACircuitThatLeavesTheSlice) {
  OcsState state(kLayout);
  ASSERT_TRUE(connect_torus(state, *Slice::make(kLayout, {4, 4, 8})));
  const Slice half = *Slice::make(kLayout, {4, 4, 4});
  EXPECT_EQ(topology::OcsTopology::make(state, half, "half").error().message(),
            "half: circuit 'z(0,0): 0- - 1+' leads out of the slice; expected circuits between the slice's blocks");
}

TEST(OcsTopology, CanJoinFacesOfTheSameSign) {
  OcsState state(kLayout);
  ASSERT_TRUE(state.connect({Ocs{0}, kLayout.port_of(Block{0}, Face::plus), kLayout.port_of(Block{1}, Face::plus)}));
  const topology::OcsTopology topology =
      *topology::OcsTopology::make(state, *Slice::make(kLayout, {4, 4, 8}), "mirrored");
  const Shape shape = {4, 4, 8};
  EXPECT_EQ(topology.peer({Chip(shape.index_of({3, 0, 0})), PortNumber{0}}),
            (Port{Chip(shape.index_of({3, 0, 4})), PortNumber{0}}));
}

TEST(ConnectHypercube, ABlockWithWrapAroundLinksIsTheSixCube) {
  const topology::OcsTopology block =
      built(kLayout, {4, 4, 4}, [](OcsState& state, const Slice& slice) { return connect_hypercube(state, slice, 6); });
  // The reflected Gray code maps a ring of 4 to a 2-cube: 0, 1, 3, 2.
  constexpr int kGray[4] = {0, 1, 3, 2};
  const Shape shape = {4, 4, 4};
  const auto vertex = [&](Chip chip) {
    const Coordinates at = shape.coordinates_of(chip.value());
    return Chip(kGray[at[0]] * 16 + kGray[at[1]] * 4 + kGray[at[2]]);
  };
  std::set<std::pair<Chip, Chip>> of_block, of_cube;
  for_each_link(block, [&](Port from, Port to) { of_block.insert({vertex(from.chip), vertex(to.chip)}); });
  for_each_link(topology::Hypercube{6}, [&](Port from, Port to) { of_cube.insert({from.chip, to.chip}); });
  EXPECT_EQ(of_block.size(), 384u);
  EXPECT_EQ(of_block, of_cube);
}

TEST(ConnectHypercube, RejectsTheWholeMachine) {
  OcsState state(kLayout);
  EXPECT_EQ(connect_hypercube(state, *Slice::make(kLayout, {16, 16, 16}), 12).error().message(),
            "hypercube: 12 dimensions need 12 links per chip; expected 6, the links a chip has");
  EXPECT_FALSE(connect_hypercube(state, *Slice::make(kLayout, {4, 4, 8}), 6));
}

TEST(SnakedPlane, TheTwoDimensionalTorusIsASubgraphOfItsState) {
  const auto check = [](const Shape& slice_shape, const Shape& shape) {
    OcsState state(kLayout);
    const Slice slice = *Slice::make(kLayout, slice_shape);
    const SnakedPlane plane = *SnakedPlane::make(kLayout, slice, shape);
    ASSERT_TRUE(plane.connect(state));
    const topology::OcsTopology machine = *topology::OcsTopology::make(state, slice, "plane");
    std::set<std::pair<Chip, Chip>> links;
    for_each_link(machine, [&](Port from, Port to) { links.insert({from.chip, to.chip}); });
    std::set<Chip> chips;
    const auto chip_of = [&](Chip number) { return *slice.chip_at(plane.place_of(number)); };
    for_each_link(topology::Torus{shape}, [&](Port from, Port to) {
      ASSERT_TRUE(links.contains({chip_of(from.chip), chip_of(to.chip)}))
          << from.chip.value() << " to " << to.chip.value();
      chips.insert(chip_of(from.chip));
    });
    EXPECT_EQ(static_cast<int>(chips.size()), shape.count());
  };
  check({16, 16, 16}, {64, 64});
  check({4, 8, 8}, {16, 16});
  check({8, 8, 8}, {4, 128});
}

TEST(SnakedPlane, UsesOnlySwitchesAtTheEndsOfItsRowsAndColumns) {
  OcsState state(kLayout);
  const Slice slice = *Slice::make(kLayout, {16, 16, 16});
  ASSERT_TRUE(SnakedPlane::make(kLayout, slice, {64, 64})->connect(state));
  std::set<Ocs> used;
  for (const Circuit& circuit : state.circuits()) used.insert(circuit.ocs);
  EXPECT_EQ(used.size(), 16u + 4u);
  EXPECT_EQ(state.circuits().size(), 64u * 20);
}

TEST(SnakedPlane, RejectsSidesThatTheSnakeCannotFill) {
  const Slice slice = *Slice::make(kLayout, {16, 16, 16});
  EXPECT_EQ(SnakedPlane::make(kLayout, slice, {32, 72}).error().message(),
            "2D torus 32x72: found sides 32x72; expected two sides, multiples of 4 and of 16");
  EXPECT_EQ(SnakedPlane::make(kLayout, slice, {64, 32}).error().message(),
            "2D torus 64x32: found 2048 chips; expected 4096, as in slice 16x16x16");
  const OcsLayout odd = {3, 4};
  EXPECT_EQ(SnakedPlane::make(odd, *Slice::make(odd, {3, 3, 3}), {3, 9}).error().message(),
            "2D torus 3x9: found block side 3; expected an even block side");
}

TEST(SpliceBlock, KeepsTheLogicalTorusWithASpareInTheFailedPlace) {
  for (const auto connect : {connect_torus, connect_twisted_torus}) {
    OcsState state(kLayout);
    const Slice slice = *Slice::make(kLayout, {8, 8, 16});
    ASSERT_TRUE(connect(state, slice));
    const Splice splice = *splice_block(state, Block{5}, Block{64});
    const Slice after = slice.with_spare(Block{5}, Block{64});
    expect_same_links(*topology::OcsTopology::make(splice.state, after, "after"),
                      *topology::OcsTopology::make(state, slice, "before"));
    // Each of the failed block's 96 links has its own circuit; in a ring of two or more blocks no circuit uses two of
    // them.
    EXPECT_EQ(splice.changes.removed.size(), 96u);
    EXPECT_EQ(splice.changes.added.size(), 96u);
    for (const Circuit& circuit : splice.changes.added)
      EXPECT_TRUE(kLayout.block_of(circuit.a) == Block{64} || kLayout.block_of(circuit.b) == Block{64});
    EXPECT_EQ(changes(state, splice_block(splice.state, Block{64}, Block{5})->state).removed.size(), 0u);
    for (const Chip chip : index_range<Chip>(after.shape().count()))
      ASSERT_EQ(after.chip_at(after.place_of(chip)), chip);
  }
}

TEST(SpliceBlock, MovesCircuitsThatABlockHasWithItself) {
  OcsState state(kLayout);
  const Slice slice = *Slice::make(kLayout, {4, 4, 4});
  ASSERT_TRUE(connect_torus(state, slice));
  const Splice splice = *splice_block(state, Block{0}, Block{67});
  EXPECT_EQ(splice.changes.removed.size(), 48u);
  expect_same_links(*topology::OcsTopology::make(splice.state, slice.with_spare(Block{0}, Block{67}), "after"),
                    topology::Torus{{4, 4, 4}});
}

TEST(SpliceBlock, RejectsASpareInUseAndBlocksThatDoNotExist) {
  OcsState state(kLayout);
  ASSERT_TRUE(connect_torus(state, *Slice::make(kLayout, {4, 4, 8})));
  EXPECT_EQ(splice_block(state, Block{0}, Block{1}).error().message(),
            "splice: block 1 is in 'x(0,0): 1+ - 1-'; expected an idle spare");
  EXPECT_EQ(splice_block(state, Block{68}, Block{1}).error().message(), "splice: found block 68; expected 0 to 67");
  EXPECT_EQ(splice_block(state, Block{1}, Block{1}).error().message(),
            "splice: block 1 in its own place; expected two different blocks");
}

}  // namespace
TEST(OcsState, CountsCircuitsThatJoinLikeFaces) {
  OcsState state(kLayout);
  const auto join = [&](Block a, Face from, Block b, Face to) {
    EXPECT_TRUE(state.connect({Ocs(5), kLayout.port_of(a, from), kLayout.port_of(b, to)}).ok());
  };
  join(Block(0), Face::plus, Block(1), Face::minus);
  EXPECT_EQ(like_face_circuits(state), 0);
  join(Block(1), Face::plus, Block(2), Face::plus);
  join(Block(3), Face::minus, Block(2), Face::minus);
  EXPECT_EQ(like_face_circuits(state), 2);
  EXPECT_EQ(state.circuits().size(), 3u);
}

TEST(OcsState, OfATorusJoinsNoLikeFaces) {
  OcsState regular(kLayout), twisted(kLayout);
  ASSERT_TRUE(connect_torus(regular, *Slice::make(kLayout, {16, 16, 16})).ok());
  ASSERT_TRUE(connect_twisted_torus(twisted, *Slice::make(kLayout, {4, 4, 8})).ok());
  EXPECT_EQ(like_face_circuits(regular), 0);
  EXPECT_EQ(like_face_circuits(twisted), 0);
}

}  // namespace vtpu::net::ocs
