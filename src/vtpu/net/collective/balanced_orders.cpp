#include "vtpu/net/collective/balanced_orders.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace vtpu::net::collective {
namespace {

// All rotations of one order of dimensions, with equal shares.
std::vector<SharedOrder> rotations(std::vector<int> dimensions) {
  std::vector<SharedOrder> orders;
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    orders.push_back({dimensions, 1.0 / static_cast<double>(dimensions.size())});
    std::rotate(dimensions.begin(), dimensions.begin() + 1, dimensions.end());
  }
  return orders;
}

}  // namespace

std::vector<SharedOrder> balanced_orders(const Shape& grid, const std::vector<int>& dimensions) {
  const auto side = [&](int d) { return static_cast<double>(grid.side(d)); };
  const int first = grid.side(dimensions.front());
  if (std::ranges::all_of(dimensions, [&](int d) { return grid.side(d) == first; })) return rotations(dimensions);

  double chips = 1, all = 0;
  for (const int d : dimensions) chips *= side(d);
  std::vector<double> last;  // by dimension: share of the data for which it comes last, not yet normalised
  for (const int d : dimensions) {
    const double of_each_other = (1 / side(d) - 1 / chips) / static_cast<double>(dimensions.size() - 1);
    last.push_back(1 / (1 - 1 / side(d) - of_each_other));
    all += last.back();
  }
  std::vector<SharedOrder> orders;
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    std::vector<int> others = dimensions;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    for (SharedOrder& each : balanced_orders(grid, others)) {
      each.order.insert(each.order.begin(), dimensions[i]);
      each.share *= last[i] / all;
      orders.push_back(std::move(each));
    }
  }
  return orders;
}

}  // namespace vtpu::net::collective
