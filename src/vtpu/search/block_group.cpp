#include "vtpu/search/block_group.h"

#include <fmt/core.h>

#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::search {

BlockGroup::BlockGroup(std::string name, int order, std::vector<int> table, std::vector<int> inverse)
    : name_(std::move(name)), order_(order), table_(std::move(table)), inverse_(std::move(inverse)) {
  by_translation_.reserve(table_.size());
  for (int b = 0; b < order_; ++b)
    for (int a = 0; a < order_; ++a) by_translation_.push_back(times(a, b));
}

BlockGroup BlockGroup::cyclic(std::span<const int> orders) {
  VTPU_CHECK(!orders.empty(), "a product has factors");
  int order = 1;
  std::string name;
  for (const int factor : orders) {
    VTPU_CHECK(factor >= 1, "a cyclic group has at least one element");
    order *= factor;
    name += fmt::format("{}Z{}", name.empty() ? "" : " x ", factor);
  }
  std::vector<int> table;
  table.reserve(static_cast<std::size_t>(order) * static_cast<std::size_t>(order));
  for (int a = 0; a < order; ++a)
    for (int b = 0; b < order; ++b) {
      int sum = 0, stride = 1, rest_a = a, rest_b = b;
      for (std::size_t factor = orders.size(); factor-- > 0;) {
        const int side = orders[factor];
        sum += (rest_a % side + rest_b % side) % side * stride;
        stride *= side;
        rest_a /= side;
        rest_b /= side;
      }
      table.push_back(sum);
    }
  Result<BlockGroup> group = make(std::move(name), std::move(table));
  VTPU_CHECK(group.ok(), "a product of cyclic groups is a group");
  return *std::move(group);
}

Result<BlockGroup> BlockGroup::make(std::string name, std::vector<int> table) {
  int order = 0;
  while (static_cast<std::size_t>(order) * static_cast<std::size_t>(order) < table.size()) ++order;
  if (order == 0 || static_cast<std::size_t>(order) * static_cast<std::size_t>(order) != table.size())
    return Error{name, fmt::format("a table of {} products", table.size()), "the square of the number of elements"};
  const auto times = [&](int a, int b) {
    return table[static_cast<std::size_t>(a) * static_cast<std::size_t>(order) + static_cast<std::size_t>(b)];
  };
  std::vector<int> inverse(static_cast<std::size_t>(order), -1);
  for (int a = 0; a < order; ++a)
    for (int b = 0; b < order; ++b) {
      const int product = times(a, b);
      if (product < 0 || product >= order)
        return Error{fmt::format("{}: {} times {}", name, a, b), fmt::format("{}", product),
                     fmt::format("an element, 0 to {}", order - 1)};
      if (product == 0) inverse[static_cast<std::size_t>(a)] = b;
    }
  for (int a = 0; a < order; ++a) {
    if (times(0, a) != a || times(a, 0) != a)
      return Error{fmt::format("{}: element {}", name, a), "0 is not the identity", "0 as the identity"};
    const int other = inverse[static_cast<std::size_t>(a)];
    if (other < 0 || times(other, a) != 0)
      return Error{fmt::format("{}: element {}", name, a), "found no inverse", "an inverse from both sides"};
  }
  for (int a = 0; a < order; ++a)
    for (int b = 0; b < order; ++b)
      for (int c = 0; c < order; ++c)
        if (times(times(a, b), c) != times(a, times(b, c)))
          return Error{fmt::format("{}: {}, {}, {}", name, a, b, c), "the product is not associative",
                       "an associative product"};
  return BlockGroup(std::move(name), order, std::move(table), std::move(inverse));
}

}  // namespace vtpu::search
