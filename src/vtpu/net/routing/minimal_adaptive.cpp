#include "vtpu/net/routing/minimal_adaptive.h"

#include <array>
#include <cstdint>
#include <vector>

#include "vtpu/base/position.h"

namespace vtpu::net::routing {
namespace {

constexpr int kMostWalkedChips = 256;

/// The escapes of one dimension, projected on one of its rows: a vertex is a direction, a position and a class. What a
/// packet does in other dimensions does not change them.
struct Row {
  std::uint64_t used = 0;     // vertices
  std::uint64_t onward = 0;   // pairs of a vertex and a later one in this dimension that depend on each other
  std::uint64_t leaving = 0;  // pairs of a vertex and the position at which a packet may leave the dimension
  std::uint64_t entered = 0;  // pairs of the position at which a packet enters the dimension and a vertex
  bool cyclic = false;
};

/// `hops(position, sign)`: the most hops of a packet from a position; a hop out of 0..side-1 is a wrap.
template <class Hops>
Row row_of(int side, Hops hops) {
  Row row;
  DependencyGraph graph(2 * side, 2);
  std::array<std::vector<bool>, 2> seen_class;  // by position; of the vertices that the position entered reaches
  for (const int sign : {1, -1})
    for (int from = 0; from < side; ++from) {
      const int most = hops(from, sign);
      const auto vertex = [&](int place, int left) {
        const int target = place + sign * left;
        return ChannelClass{Channel((sign > 0 ? 0 : side) + place), target < 0 || target >= side ? 1 : 0};
      };
      const auto place_after = [&](int steps) { return ((from + sign * steps) % side + side) % side; };
      for (int length = 1; length <= most; ++length) graph.use(vertex(from, length));
      row.leaving += static_cast<std::uint64_t>(most);
      for (auto& of_class : seen_class) of_class.assign(at(most) + 1, false);
      for (int length = 1; length <= most; ++length)
        for (int steps = 0; steps < length; ++steps) {
          const ChannelClass later = vertex(place_after(steps), length - steps);
          if (steps > 0) graph.add(vertex(from, length), later);
          std::vector<bool>::reference known = seen_class[at(later.vc_class)][at(steps)];
          row.entered += known ? 0 : 1;
          known = true;
        }
    }
  const DeadlockCheck check = graph.check();
  row.used = check.vertices;
  row.onward = *check.dependencies;
  row.cyclic = !check.deadlock_free();
  return row;
}

}  // namespace

std::optional<DeadlockCheck> MinimalAdaptive::check_dependencies(const Network& network) const {
  const int dimensions = order_.dimensions();
  if (order_.twisted() && network.chip_count() <= kMostWalkedChips) return std::nullopt;
  std::vector<Row> rows;
  for (int d = 0; d < dimensions; ++d) {
    rows.push_back(row_of(order_.side(d), [&](int position, int sign) { return order_.most_hops(position, d, sign); }));
    if (rows.back().cyclic) return std::nullopt;
  }
  DeadlockCheck check;
  std::size_t dependencies = 0;
  // Of the dimensions below that of the held escape, both ends of a dependency have the same coordinates; of those
  // above it, adaptive moves may lead anywhere.
  std::size_t below = 1;
  for (int d = 0; d < dimensions; ++d) {
    std::size_t above = 1, between = 1;
    for (int e = d + 1; e < dimensions; ++e) above *= at(order_.side(e));
    check.vertices += below * above * rows[at(d)].used;
    dependencies += below * above * above * rows[at(d)].onward;
    for (int e = d + 1; e < dimensions; ++e) {
      const std::size_t side = at(order_.side(e));
      above /= side;
      dependencies += below * rows[at(d)].leaving * between * rows[at(e)].entered * above * above;
      between *= side * side;
    }
    below *= at(order_.side(d));
  }
  if (!order_.twisted()) check.dependencies = dependencies;
  return check;
}

}  // namespace vtpu::net::routing
