#include "vtpu/net/collective/closed_ring.h"

#include <cstddef>
#include <utility>

#include "vtpu/base/position.h"

namespace vtpu::net::collective {
namespace {

// The cycle of (row, place) over `rows` rows of `length` places. `rows` is even, or it is odd like `length` and at
// least `length`.
std::vector<std::pair<int, int>> cycle_of_rows(int rows, int length) {
  const int forward = rows % 2 == 0 ? rows / 2 : (rows + length) / 2;
  std::vector<std::pair<int, int>> cycle;
  int place = 0;
  for (int row = 0; row < rows; ++row) {
    const int step = row < forward ? 1 : length - 1;
    for (int i = 0; i < length; ++i) {
      cycle.emplace_back(row, place);
      if (i + 1 < length) place = (place + step) % length;
    }
  }
  return cycle;
}

}  // namespace

std::vector<int> closed_ring(const Shape& grid) {
  std::vector<int> ring = {0};
  for (int d = 0; d < grid.dimensions(); ++d) {
    const int side = grid.side(d), length = static_cast<int>(ring.size());
    const bool rows_of_ring = side % 2 == 0 || (length % 2 == 1 && length <= side);  // otherwise rows of `side` places
    std::vector<int> longer;
    for (auto [row, place] : rows_of_ring ? cycle_of_rows(side, length) : cycle_of_rows(length, side)) {
      if (!rows_of_ring) std::swap(row, place);
      longer.push_back(ring[at(place)] + row * grid.stride(d));
    }
    ring = std::move(longer);
  }
  return ring;
}

}  // namespace vtpu::net::collective
