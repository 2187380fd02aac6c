// Are the rings that a search finds Hamiltonian cycles without a common link, and where there are none, does the
// error say why?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/net/collective/disjoint_rings.h"
#include "vtpu/net/fault/degraded.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/topology/graph_files.h"
#include "vtpu/net/topology/hypercube.h"
#include "vtpu/net/topology/mesh.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"
#include "vtpu/search/disjoint_rings.h"

namespace vtpu::search {
namespace {

using net::Network;
using net::Shape;
using net::collective::check_rings;
using net::collective::Ring;
using testing::HasSubstr;

std::string file_of(const Shape& shape, const std::string& kind) {
  return std::string(VTPU_ROOT) + "/data/states/uniform-" + to_string(shape) + "." + kind;
}

Network network_of(const net::ocs::StateOfSlice& circuits) {
  return Network(*net::topology::OcsTopology::make(circuits.state, circuits.slice, "state"));
}

std::vector<Ring> found_on(const Network& network, int rings) {
  const auto found = disjoint_rings(network, {});
  EXPECT_TRUE(found) << found.error().message();
  if (!found) return {};
  EXPECT_EQ(found->rings.size(), static_cast<std::size_t>(rings)) << network.name();
  const auto proof = check_rings(network, found->rings);
  EXPECT_TRUE(proof) << network.name() << ": " << proof.error().message();
  return found->rings;
}

std::string refusal_on(const Network& network, const RingSearch& options = {}) {
  const auto found = disjoint_rings(network, options);
  EXPECT_FALSE(found) << network.name();
  return found ? "" : found.error().message();
}

TEST(DisjointRings, ToriAndTwistedToriHaveARingForEachDimension) {
  for (const Shape& sides : {Shape{3, 3, 3}, Shape{4, 4, 4}, Shape{4, 4, 8}, Shape{5, 7, 4}})
    found_on(Network(net::topology::Torus{sides}), 3);
  found_on(Network(net::topology::Torus{{5, 5}}), 2);
  for (const Shape& sides : {Shape{4, 4, 8}, Shape{4, 8, 8}})
    found_on(Network(*net::topology::TwistedTorus::make(sides)), 3);
}

TEST(DisjointRings, ChipsOfDifferentDegreesLeaveLinksUnused) {
  found_on(Network(net::topology::Mesh{{4, 4, 4}}), 1);
  found_on(Network(net::topology::Hypercube{5}), 2);
}

TEST(DisjointRings, AStateWithADarkSwitchKeepsTwoRings) {
  auto circuits = *net::ocs::read_ocs_state(file_of({4, 4, 8}, "ocs"));
  for (const int switch_number : {0, 21, 47}) {
    net::ocs::StateOfSlice dark = circuits;
    net::fault::darken(dark.state, net::Ocs(switch_number));
    found_on(network_of(dark), 2);
  }
}

TEST(DisjointRings, TheSameSeedGivesTheSameRings) {
  const Network network(net::topology::Torus{{4, 4, 8}});
  EXPECT_EQ(disjoint_rings(network, {.seed = 3})->rings, disjoint_rings(network, {.seed = 3})->rings);
  EXPECT_NE(disjoint_rings(network, {.seed = 3})->rings, disjoint_rings(network, {.seed = 4})->rings);
}

TEST(DisjointRings, WhereNoneExistTheErrorSaysWhy) {
  EXPECT_THAT(refusal_on(Network(net::topology::Mesh{{3, 3}})),
              HasSubstr("no rings exist: every link joins one of 5 chips with one of 4 others"));
  EXPECT_THAT(refusal_on(Network(*net::topology::parse_edge_list("a b\nb c\nc a\nd e\ne f\nf d\n", "two"))),
              HasSubstr("no rings exist: it is disconnected, 3 of 6 chips can be reached from chip a"));
  EXPECT_THAT(refusal_on(Network(*net::topology::parse_edge_list("a b\nb c\nc a\nc d\n", "tail"))),
              HasSubstr("no rings exist: chip d has 1 link, and every ring takes two"));
  EXPECT_THAT(refusal_on(Network(net::topology::Hypercube{5}), {.count = 3}),
              HasSubstr("no 3 rings exist: chip 0 has 5 links"));
  // A link joins two triangles, which are the only choice of two links for every chip. Counting does not show this.
  EXPECT_THAT(refusal_on(Network(*net::topology::parse_edge_list("a b\nb c\nc a\nc d\nd e\ne f\nf d\n", "bridge"))),
              HasSubstr("though there may be some"));
}

TEST(DisjointRings, AnEndedSearchSaysThatThereMayBeRings) {
  EXPECT_THAT(refusal_on(Network(net::topology::Torus{{8, 8, 8}}), {.steps = 10}),
              HasSubstr("no 3 rings found, though there may be some: 10 steps left"));
}

TEST(DisjointRings, AWatcherStopsTheSearch) {
  const auto found = disjoint_rings(Network(net::topology::Torus{{8, 8, 8}}), {}, [](double) { return false; });
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message(), HasSubstr("stopped after 0 steps"));
}

}  // namespace
}  // namespace vtpu::search
