#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "vtpu/net/topology/all.h"
#include "vtpu/net/topology/layout.h"

namespace vtpu::net::topology {
namespace {

double apart(const Position& a, const Position& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

TEST(Layout, GivesEveryNodeADistinctPosition) {
  for_each_example([](const auto& topology) {
    const std::vector<Position> positions = node_positions(topology);
    ASSERT_EQ(positions.size(), static_cast<std::size_t>(node_count(topology))) << topology.name();
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t a = 0; a < positions.size(); ++a)
      for (std::size_t b = a + 1; b < positions.size(); ++b)
        nearest = std::min(nearest, apart(positions[a], positions[b]));
    // Switches of a wide tree are closer together than chips.
    EXPECT_GT(nearest, 0.02) << topology.name();
  });
}

TEST(Layout, IsDeterministic) {
  for_each_example([](const auto& topology) { EXPECT_EQ(node_positions(topology), node_positions(topology)); });
}

TEST(Layout, PutsARingOnACircleAndAMeshOnItsGrid) {
  const std::vector<Position> ring = node_positions(pentagon());
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(apart(ring[i], ring[(i + 1) % 5]), 1, 1e-12);
  const Mesh mesh{{4, 4, 4}};
  const std::vector<Position> grid = node_positions(mesh);
  for_each_link(mesh, [&](Port from, Port to) {
    EXPECT_EQ(apart(grid[static_cast<std::size_t>(from.chip.value())], grid[static_cast<std::size_t>(to.chip.value())]),
              1);
  });
}

TEST(Layout, PutsNeighboursOfAGraphNearerThanOtherNodes) {
  const GraphTopology graph = *GraphTopology::make("path", {{"a", false}, {"b", false}, {"c", false}, {"d", false}},
                                                   {{0, 2, {}, {}, 0}, {2, 1, {}, {}, 0}, {1, 3, {}, {}, 0}});
  const std::vector<Position> at = node_positions(graph);
  EXPECT_GT(apart(at[0], at[3]), 2 * apart(at[0], at[2]));
  EXPECT_GT(apart(at[0], at[1]), 1.5 * apart(at[0], at[2]));
}

}  // namespace
}  // namespace vtpu::net::topology
