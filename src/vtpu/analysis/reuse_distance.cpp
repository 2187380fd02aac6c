#include "vtpu/analysis/reuse_distance.h"

#include <algorithm>
#include <utility>

namespace vtpu::analysis {

void ReuseDistance::add(std::size_t time, std::int64_t value) {
  for (; time < tree_.size(); time += time & (~time + 1)) tree_[time] += value;
}

std::int64_t ReuseDistance::sum_to(std::size_t time) const {
  std::int64_t sum = 0;
  for (; time > 0; time -= time & (~time + 1)) sum += tree_[time];
  return sum;
}

// Renumber the times of last accesses as 1, 2, … in order, so that the tree has at most twice as many entries as lines.
void ReuseDistance::renumber() {
  std::vector<std::pair<std::size_t, std::uint64_t>> order;
  for (const auto& [line, time] : last_) order.emplace_back(time, line);
  std::sort(order.begin(), order.end());
  tree_.assign(std::max<std::size_t>(1024, 2 * order.size()) + 1, 0);
  now_ = 0;
  for (const auto& [time, line] : order) {
    last_[line] = ++now_;
    add(now_, 1);
  }
}

std::optional<std::uint64_t> ReuseDistance::access(std::uint64_t line) {
  if (now_ + 1 >= tree_.size()) renumber();
  const auto [entry, first] = last_.try_emplace(line, 0);
  std::optional<std::uint64_t> distance;
  if (!first) {
    distance = static_cast<std::uint64_t>(sum_to(now_) - sum_to(entry->second));
    add(entry->second, -1);
  }
  entry->second = ++now_;
  add(now_, 1);
  return distance;
}

}  // namespace vtpu::analysis
