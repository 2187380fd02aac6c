#include "vtpu/net/routing/dependency_graph.h"

#include <algorithm>

namespace vtpu::net::routing {

DependencyGraph::DependencyGraph(int channels, int vc_classes)
    : classes_(static_cast<std::size_t>(vc_classes)),
      used_(static_cast<std::size_t>(channels) * classes_, false),
      slots_(1024, kEmpty) {}

std::size_t DependencyGraph::vertex_count() const {
  return static_cast<std::size_t>(std::count(used_.begin(), used_.end(), true));
}

bool DependencyGraph::contains(const DependencyGraph& other) const {
  return std::all_of(other.slots_.begin(), other.slots_.end(),
                     [&](std::uint64_t pair) { return pair == kEmpty || slots_[slot_of(pair)] == pair; });
}

void DependencyGraph::grow() {
  const std::vector<std::uint64_t> old = std::move(slots_);
  slots_.assign(2 * old.size(), kEmpty);
  for (const std::uint64_t pair : old)
    if (pair != kEmpty) slots_[slot_of(pair)] = pair;
}

std::vector<std::uint64_t> DependencyGraph::sorted_pairs() const {
  std::vector<std::uint64_t> pairs;
  pairs.reserve(count_);
  for (const std::uint64_t pair : slots_)
    if (pair != kEmpty) pairs.push_back(pair);
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

std::vector<ChannelClass> DependencyGraph::find_cycle() const {
  const std::vector<std::uint64_t> pairs = sorted_pairs();
  const auto from = [&](std::size_t p) { return static_cast<std::size_t>(pairs[p] >> 32); };
  const auto to = [&](std::size_t p) { return static_cast<std::size_t>(pairs[p] & 0xffffffff); };
  std::vector<std::size_t> first(used_.size() + 1, 0);  // by vertex: its first pair
  for (std::size_t p = 0; p < pairs.size(); ++p) ++first[from(p) + 1];
  for (std::size_t v = 0; v < used_.size(); ++v) first[v + 1] += first[v];

  enum class Mark : std::uint8_t { unseen, on_path, done };
  std::vector<Mark> marks(used_.size(), Mark::unseen);
  std::vector<std::size_t> next = first;  // by vertex: its first unvisited pair
  std::vector<std::size_t> path;  // of a depth-first search; a recursive one could be as deep as the number of channels
  for (std::size_t root = 0; root < used_.size(); ++root) {
    if (marks[root] != Mark::unseen) continue;
    path.push_back(root);
    marks[root] = Mark::on_path;
    while (!path.empty()) {
      const std::size_t at = path.back();
      if (next[at] == first[at + 1]) {
        marks[at] = Mark::done;
        path.pop_back();
        continue;
      }
      const std::size_t ahead = to(next[at]++);
      if (marks[ahead] == Mark::unseen) {
        marks[ahead] = Mark::on_path;
        path.push_back(ahead);
      } else if (marks[ahead] == Mark::on_path) {
        std::vector<ChannelClass> cycle;
        for (auto v = std::find(path.begin(), path.end(), ahead); v != path.end(); ++v)
          cycle.push_back({Channel(static_cast<int>(*v / classes_)), static_cast<int>(*v % classes_)});
        return cycle;
      }
    }
  }
  return {};
}

}  // namespace vtpu::net::routing
