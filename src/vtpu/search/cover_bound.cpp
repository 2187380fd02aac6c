#include "vtpu/search/cover_bound.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"
#include "vtpu/net/ocs/ocs_state.h"

namespace vtpu::search {
namespace {

/// A port on a face of a block: the end of an optical link.
struct Exit {
  int position;
  int entry;  ///< index in the list of the port where its link arrives: the same place on the opposite face
};

/// One block of the tree: distances between its chips, and the ports where links leave it. A mirrored switch enters a
/// block on the same face instead; that block is the mirror image, with the same distances.
struct Block {
  explicit Block(int side) : shape{side, side, side} {
    const int positions = shape.count();
    for (int a = 0; a < positions; ++a)
      for (int b = 0; b < positions; ++b) {
        int apart = 0;
        for (int d = 0; d < 3; ++d) apart += std::abs(shape.coordinate_of(a, d) - shape.coordinate_of(b, d));
        hops.push_back(apart);
      }
    for (int position = 0; position < positions; ++position)
      for (int d = 0; d < 3; ++d)
        for (const int face : {0, side - 1})
          if (shape.coordinate_of(position, d) == face) {
            exits.push_back({position, position + (side - 1 - 2 * face) * shape.stride(d)});
            dimension.push_back(d);
          }
    for (std::size_t i = 0; i < exits.size(); ++i)
      for (std::size_t j = 0; j < exits.size(); ++j)
        if (exits[j].position == exits[i].entry && dimension[j] == dimension[i] && j != i) {
          across.push_back(static_cast<int>(j));
          break;
        }
  }

  net::Shape shape;
  std::vector<int> hops;  // by two positions
  std::vector<Exit> exits;
  std::vector<int> dimension, across;  // by exit
};

/// Sum of the distances from a position to the nearest `chips` chips of the tree.
double nearest(const Block& block, int from, int chips, LinkLengths lengths) {
  const int positions = block.shape.count();
  // By distance: blocks entered at each exit's place (double, since the tree grows fast) and chips reached.
  std::vector<std::vector<double>> entered;
  std::vector<double> met;
  const auto meet = [&](int distance, double count) {
    if (met.size() <= at(distance)) met.resize(at(distance) + 1, 0);
    met[at(distance)] += count;
  };
  const auto enter = [&](int distance, int exit, double count) {
    if (entered.size() <= at(distance)) entered.resize(at(distance) + 1, std::vector<double>(block.exits.size(), 0));
    entered[at(distance)][at(exit)] += count;
  };
  const auto pass = [&](int distance, int position, int came_by, double count) {
    for (int to = 0; to < positions; ++to)
      meet(distance + block.hops[at(position * positions + to)] * lengths.electrical, count);
    for (std::size_t exit = 0; exit < block.exits.size(); ++exit)
      if (static_cast<int>(exit) != came_by)
        enter(distance + block.hops[at(position * positions + block.exits[exit].position)] * lengths.electrical +
                  lengths.optical,
              block.across[exit], count);
  };
  pass(0, from, -1, 1);
  double left = chips, sum = 0;
  for (int distance = 0; left > 0; ++distance) {
    if (at(distance) < entered.size()) {
      const std::vector<double> here = entered[at(distance)];
      for (std::size_t exit = 0; exit < here.size(); ++exit)
        if (here[exit] > 0) pass(distance, block.exits[exit].position, static_cast<int>(exit), here[exit]);
    }
    const double taken = at(distance) < met.size() ? std::min(left, met[at(distance)]) : 0;
    sum += taken * distance;
    left -= taken;
  }
  return sum;
}

}  // namespace

double cover_bound(int chips, LinkLengths lengths, int block_side) {
  VTPU_CHECK(lengths.electrical >= 1 && lengths.optical >= 1, "lengths are positive");
  VTPU_CHECK(chips >= block_side * block_side * block_side, "a slice has at least one block");
  const Block block(block_side);
  double sum = 0;
  for (int from = 0; from < block.shape.count(); ++from) sum += nearest(block, from, chips, lengths);
  const double optical = static_cast<double>(block.exits.size());
  const double electrical = 6.0 * block.shape.count() - optical;
  return (optical * lengths.optical + electrical * lengths.electrical) * chips / sum;
}

double cover_bound(int chips) {
  double least = std::numeric_limits<double>::infinity();
  for (const int optical : {2, 3, 4, 5, 6, 7, 8}) least = std::min(least, cover_bound(chips, {2, optical}));
  return least;
}

}  // namespace vtpu::search
