// Does a routing that ignores failures know the dependencies of the packets that are left?
#include "vtpu/scenario/avoiding.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "vtpu/base/random.h"
#include "vtpu/net/masked_topology.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/e_cube.h"

namespace vtpu::scenario {
namespace {

using net::Shape;
using net::routing::Dateline;
using net::routing::DimensionOrder;
using net::routing::Ties;

/// Compares the dependencies that the routing knows with those of all paths, with `links` random links and `chips`
/// random chips failed.
template <class T, class R>
void expect_as_walked(const T& topology, const R& routing, int links, int chips, std::uint64_t seed) {
  SCOPED_TRACE(topology.name() + ", " + routing.name() + ", seed " + std::to_string(seed));
  Random random(seed);
  const auto below = [&](int bound) { return static_cast<int>(random.below(static_cast<std::uint64_t>(bound))); };
  net::MaskedTopology faulty(topology);
  for (int i = 0; i < links; ++i)
    faulty.remove_link({net::Chip(below(topology.chip_count())), net::PortNumber(below(topology.port_count()))});
  for (int i = 0; i < chips; ++i) faulty.remove_node(net::Chip(below(topology.chip_count())));
  const net::Network whole(topology), network(faulty);
  const Avoiding<R> avoiding(routing, whole, faulty.mask());
  const auto known = net::routing::check_deadlock(network, avoiding);
  const auto walked = net::routing::walked_dependencies(network, avoiding).check();
  EXPECT_EQ(known.vertices, walked.vertices);
  EXPECT_EQ(known.dependencies, walked.dependencies);
  EXPECT_EQ(known.cycle, walked.cycle);
}

TEST(Avoiding, KnowsExactlyTheDependenciesOfTheTorusPacketsThatAreLeft) {
  std::uint64_t seed = 0;
  for (const Shape& sides : {Shape{2}, Shape{5}, Shape{8}, Shape{4, 4}, Shape{5, 2}, Shape{1, 6}, Shape{7, 6},
                             Shape{3, 4, 2}, Shape{4, 4, 4}})
    for (const Dateline dateline : {Dateline::none, Dateline::plain, Dateline::balanced, Dateline::crossing})
      for (const Ties ties : {Ties::split, Ties::positive})
        for (const int links : {1, 2, 6}) {
          const net::topology::Torus torus{sides};
          expect_as_walked(torus, *DimensionOrder::make(torus, dateline, ties), links, links == 2 ? 1 : 0, ++seed);
        }
}

TEST(Avoiding, KnowsExactlyTheDependenciesOfTheMeshPacketsThatAreLeft) {
  std::uint64_t seed = 0;
  for (const Shape& sides : {Shape{6}, Shape{4, 5}, Shape{1, 3}, Shape{3, 3, 3}})
    for (const int links : {1, 4}) {
      const net::topology::Mesh mesh{sides};
      expect_as_walked(mesh, *DimensionOrder::make(mesh), links, links == 4 ? 1 : 0, ++seed);
    }
}

TEST(Avoiding, KnowsExactlyTheDependenciesOfTheHypercubePacketsThatAreLeft) {
  for (int dimensions = 1; dimensions <= 6; ++dimensions)
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      const net::topology::Hypercube cube{dimensions};
      expect_as_walked(cube, net::routing::ECube(cube), 1 << seed, static_cast<int>(seed % 2), seed);
    }
}

TEST(Avoiding, FollowsThePathsOfATwistedTorus) {
  const net::topology::TwistedTorus torus = *net::topology::TwistedTorus::make({2, 2, 4});
  for (const Dateline dateline : {Dateline::none, Dateline::plain, Dateline::balanced, Dateline::crossing})
    expect_as_walked(torus, *DimensionOrder::make(torus, dateline), 2, 0, 3);
}

}  // namespace
}  // namespace vtpu::scenario
