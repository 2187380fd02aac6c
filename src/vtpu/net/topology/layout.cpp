#include "vtpu/net/topology/layout.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "vtpu/base/position.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::topology {
namespace {

std::vector<Position> on_grid(const Shape& sides) {
  // A dimension d beyond the third steps over the whole extent of dimension d - 3, plus a gap.
  std::array<int, kMaxDimensions> step{};
  for (int d = 0; d < sides.dimensions(); ++d) step[at(d)] = d < 3 ? 1 : step[at(d - 3)] * sides.side(d - 3) + 1;
  std::vector<Position> positions(at(sides.count()), Position{});
  for (int chip = 0; chip < sides.count(); ++chip)
    for (int d = 0; d < sides.dimensions(); ++d)
      positions[at(chip)][at(d % 3)] += step[at(d)] * sides.coordinate_of(chip, d);
  return positions;
}

/// `count` positions on a circle in the plane, neighbours 1 apart.
std::vector<Position> on_circle(int count) {
  const double radius = 0.5 / std::sin(std::numbers::pi / count);
  std::vector<Position> positions;
  for (int i = 0; i < count; ++i) {
    const double angle = 2 * std::numbers::pi * i / count;
    positions.push_back({radius * std::cos(angle), radius * std::sin(angle), 0});
  }
  return positions;
}

/// Adds the switches of a tree whose chip c stands at x = width·(c + 1/2).
void add_switches(const FatTree& tree, double width, double lowest, std::vector<Position>& positions) {
  for (const Chip node : IndexRange(Chip(tree.chip_count()), Chip(tree.node_count()))) {
    const FatTree::Place place = tree.place_of(node);
    const int first = place.subtree * tree.chips_below(place.level);
    const int last = std::min(first + tree.chips_below(place.level), tree.chip_count());
    const double share = (place.index + 0.5) / tree.switches_abreast(place.level);
    positions.push_back({width * (first + share * (last - first)), lowest + place.level, 0});
  }
}

/// Positions on a spiral, about one per unit of area; the golden angle keeps them apart.
std::vector<Position> on_spiral(int count) {
  const double golden_angle = std::numbers::pi * (3 - std::sqrt(5.0));
  std::vector<Position> positions;
  for (int i = 0; i < count; ++i) {
    const double radius = std::sqrt((i + 0.5) / std::numbers::pi);
    positions.push_back({radius * std::cos(i * golden_angle), radius * std::sin(i * golden_angle), 0});
  }
  return positions;
}

}  // namespace

std::vector<Position> node_positions(const Torus& torus) {
  const bool ring = torus.sides.dimensions() == 1 && torus.chip_count() > 2;
  return ring ? on_circle(torus.chip_count()) : on_grid(torus.sides);
}

std::vector<Position> node_positions(const Mesh& mesh) { return on_grid(mesh.sides); }
std::vector<Position> node_positions(const TwistedTorus& torus) { return on_grid(torus.sides()); }
std::vector<Position> node_positions(const OcsTopology& topology) { return on_grid(topology.sides()); }

std::vector<Position> node_positions(const Hypercube& cube) {
  constexpr double kLonger = 2.5;  // above 2, so that copies of a cube do not touch
  std::vector<Position> positions(at(cube.chip_count()), Position{});
  double step = 1;
  for (int bit = 0; bit < cube.dimensions; ++bit) {
    if (bit > 0 && bit % 3 == 0) step *= kLonger;
    for (int chip = 0; chip < cube.chip_count(); ++chip) positions[at(chip)][at(bit % 3)] += step * (chip >> bit & 1);
  }
  return positions;
}

std::vector<Position> node_positions(const FatTree& tree) {
  std::vector<Position> positions;
  for (int chip = 0; chip < tree.chip_count(); ++chip) positions.push_back({chip + 0.5, 0, 0});
  add_switches(tree, 1, 1, positions);
  return positions;
}

std::vector<Position> node_positions(const IslandFatTree& hybrid) {
  constexpr int kIsland = IslandFatTree::kIslandChips;
  constexpr double kPitch = 2.5;  // distance between islands
  std::vector<Position> positions;
  for (int chip = 0; chip < hybrid.chip_count(); ++chip)
    positions.push_back({kPitch * (chip / kIsland) + (chip >> 2 & 1), static_cast<double>(chip >> 1 & 1),
                         static_cast<double>(chip & 1)});
  add_switches(hybrid.tree(), kPitch / kIsland, 2.5, positions);
  return positions;
}

std::vector<Position> node_positions(const GraphTopology& graph) { return node_positions<GraphTopology>(graph); }

std::vector<Position> positions_by_forces(int nodes, const std::vector<std::array<int, 2>>& links) {
  constexpr int kMostNodes = 512;
  constexpr int kSteps = 200;
  std::vector<Position> positions = on_spiral(nodes);
  if (nodes > kMostNodes) return positions;
  std::vector<Position> force(at(nodes));
  for (int step = 0; step < kSteps; ++step) {
    std::fill(force.begin(), force.end(), Position{});
    // Moves a and b apart along their line by `away` times their distance. Repulsion falls with the distance, links
    // pull with its square, and the two balance at distance 1.
    const auto push = [&](int a, int b, double away) {
      for (std::size_t axis = 0; axis < 2; ++axis) {
        const double part = away * (positions[at(a)][axis] - positions[at(b)][axis]);
        force[at(a)][axis] += part;
        force[at(b)][axis] -= part;
      }
    };
    const auto squared_distance = [&](int a, int b) {
      const double x = positions[at(a)][0] - positions[at(b)][0], y = positions[at(a)][1] - positions[at(b)][1];
      return std::max(x * x + y * y, 1e-6);
    };
    for (int a = 0; a < nodes; ++a)
      for (int b = a + 1; b < nodes; ++b) push(a, b, 1 / squared_distance(a, b));
    for (const auto& [from, to] : links) push(from, to, -std::sqrt(squared_distance(from, to)));
    const double furthest = std::sqrt(static_cast<double>(nodes)) / 10 * (kSteps - step) / kSteps;  // cools down
    for (int node = 0; node < nodes; ++node) {
      const double length =
          std::sqrt(force[at(node)][0] * force[at(node)][0] + force[at(node)][1] * force[at(node)][1]);
      const double scale = length > furthest ? furthest / length : 1;
      for (std::size_t axis = 0; axis < 2; ++axis) positions[at(node)][axis] += scale * force[at(node)][axis];
    }
  }
  return positions;
}

}  // namespace vtpu::net::topology
