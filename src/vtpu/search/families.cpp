#include "vtpu/search/families.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::search {
namespace {

/// Invariants of isomorphic groups: the number of elements of each order and of commuting pairs.
std::vector<int> fingerprint(const BlockGroup& group) {
  const int order = group.order();
  std::vector<int> print(static_cast<std::size_t>(order) + 3, 0);
  for (int a = 0; a < order; ++a) {
    int power = a, times = 1, commuting = 0;
    for (; power != 0; power = group.times(power, a)) ++times;
    ++print[static_cast<std::size_t>(times)];
    for (int b = 0; b < order; ++b) commuting += group.times(a, b) == group.times(b, a);
    print[static_cast<std::size_t>(order) + 1] += commuting;
    print[static_cast<std::size_t>(order) + 2] += commuting == order;
  }
  return print;
}

/// Products of cyclic groups whose orders divide one another, so that each abelian group occurs once.
void add_cyclic(int order, int divides, std::vector<int>& sides, std::vector<BlockGroup>& groups) {
  if (order == 1) {
    groups.push_back(sides.empty() ? BlockGroup::cyclic(std::vector<int>{1}) : BlockGroup::cyclic(sides));
    return;
  }
  for (int side = order; side >= 2; --side) {
    if (order % side != 0 || (divides != 0 && divides % side != 0)) continue;
    sides.push_back(side);
    add_cyclic(order / side, side, sides, groups);
    sides.pop_back();
  }
}

std::vector<BlockGroup> metacyclic_of_order(int order) {
  std::vector<BlockGroup> groups;
  for (int a = order; a >= 2; --a)
    for (int k = 2; order % a == 0 && k < a; ++k)
      for (int c = 0; c < a; ++c)
        if (Result<BlockGroup> group = metacyclic(a, order / a, k, c)) groups.push_back(*std::move(group));
  return groups;
}

}  // namespace

Result<BlockGroup> metacyclic(int a, int b, int k, int c) {
  std::string name = fmt::format("metacyclic({}, {}, {}, {})", a, b, k, c);
  if (a < 1 || b < 1 || k < 0 || c < 0 || c >= a)
    return Error{name, "found parameters out of range", "a, b from 1; 0 <= c < a"};
  std::vector<int> power = {1 % a};  // k^j
  for (int j = 0; j < b; ++j) power.push_back(power.back() * k % a);
  if (power.back() != 1 % a || c * k % a != c % a)
    return Error{name, "found relations that collapse the group", "k^b = 1 and c · k = c modulo a"};
  std::vector<int> table;
  table.reserve(static_cast<std::size_t>(a * b) * static_cast<std::size_t>(a * b));
  for (int i = 0; i < a; ++i)
    for (int j = 0; j < b; ++j)
      for (int m = 0; m < a; ++m)
        for (int n = 0; n < b; ++n) {
          // x^i y^j x^m y^n = x^(i + m k^j) y^(j + n), and y^b is x^c
          const int x = (i + m * power[static_cast<std::size_t>(j)] + (j + n >= b ? c : 0)) % a;
          table.push_back(x * b + (j + n) % b);
        }
  return BlockGroup::make(std::move(name), std::move(table));
}

BlockGroup product(const BlockGroup& first, const BlockGroup& second) {
  const int order = first.order() * second.order();
  std::vector<int> table;
  table.reserve(static_cast<std::size_t>(order) * static_cast<std::size_t>(order));
  for (int a = 0; a < order; ++a)
    for (int b = 0; b < order; ++b)
      table.push_back(first.times(a / second.order(), b / second.order()) * second.order() +
                      second.times(a % second.order(), b % second.order()));
  Result<BlockGroup> group = BlockGroup::make(first.name() + " x " + second.name(), std::move(table));
  VTPU_CHECK(group.ok(), "a product of groups is a group");
  return *std::move(group);
}

std::vector<BlockGroup> groups_of_order(int order) {
  VTPU_CHECK(order >= 1 && order <= 64, "groups are listed up to 64 elements");
  std::vector<BlockGroup> candidates;
  std::vector<int> sides;
  add_cyclic(order, 0, sides, candidates);
  for (BlockGroup& group : metacyclic_of_order(order)) candidates.push_back(std::move(group));
  for (int second = 2; second <= order / 2; ++second) {
    if (order % second != 0) continue;
    const std::vector<BlockGroup> firsts = metacyclic_of_order(order / second);
    std::vector<BlockGroup> seconds = metacyclic_of_order(second);
    add_cyclic(second, 0, sides, seconds);
    std::set<std::vector<int>> kinds, other_kinds;
    for (const BlockGroup& a : firsts) {
      if (!kinds.insert(fingerprint(a)).second) continue;
      other_kinds.clear();
      for (const BlockGroup& b : seconds)
        if (other_kinds.insert(fingerprint(b)).second) candidates.push_back(product(a, b));
    }
  }
  std::vector<BlockGroup> groups;
  std::set<std::vector<int>> known;
  for (BlockGroup& group : candidates)
    if (known.insert(fingerprint(group)).second) groups.push_back(std::move(group));
  return groups;
}

}  // namespace vtpu::search
