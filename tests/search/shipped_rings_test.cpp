// Are the rings beside the shipped states rings of these states, and those that the search finds?
#include <gtest/gtest.h>

#include <string>

#include "vtpu/net/collective/check_schedule.h"
#include "vtpu/net/collective/disjoint_rings.h"
#include "vtpu/net/collective/ring_file.h"
#include "vtpu/net/network.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/search/disjoint_rings.h"
#include "vtpu/search/recipes.h"

namespace vtpu::search {
namespace {

using net::Network;
using net::Shape;
using net::collective::Ring;

std::string beside(const Shape& shape, const std::string& kind) {
  return std::string(VTPU_ROOT) + "/data/states/uniform-" + to_string(shape) + "." + kind;
}

Network network_of(const Shape& shape) {
  const net::ocs::StateOfSlice circuits = *net::ocs::read_ocs_state(beside(shape, "ocs"));
  return Network(*net::topology::OcsTopology::make(circuits.state, circuits.slice, "state"));
}

TEST(ShippedRings, AreThreeRingsOfEachShippedState) {
  for (const Shape& shape : shapes_with_recipes()) {
    const Network network = network_of(shape);
    const auto rings = net::collective::read_rings(beside(shape, "rings"), network);
    ASSERT_TRUE(rings) << rings.error().message();
    EXPECT_EQ(rings->size(), 3u);
    EXPECT_EQ(3 * network.chip_count(), network.attached_count() / 2) << "every link is in a ring";
  }
}

TEST(ShippedRings, AreThoseThatTheSearchFinds) {
  for (const Shape& shape : {Shape{4, 4, 8}, Shape{8, 8, 8}}) {
    const Network network = network_of(shape);
    EXPECT_EQ(*net::collective::read_rings(beside(shape, "rings"), network), disjoint_rings(network, {})->rings);
  }
}

TEST(ShippedRings, CarryAnAllReduceThatTheScheduleCheckerProves) {
  const Network network = network_of({4, 4, 8});
  for (const Ring& ring : *net::collective::read_rings(beside({4, 4, 8}, "rings"), network)) {
    const auto proof = net::collective::check_schedule(*net::collective::ring_all_reduce(ring));
    EXPECT_TRUE(proof) << proof.error().message();
  }
}

}  // namespace
}  // namespace vtpu::search
