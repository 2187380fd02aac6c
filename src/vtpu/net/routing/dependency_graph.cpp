#include "vtpu/net/routing/dependency_graph.h"

#include <algorithm>

#include "vtpu/base/check.h"

namespace vtpu::net::routing {

DependencyGraph::DependencyGraph(int channels, int vc_classes)
    : classes_(static_cast<std::size_t>(vc_classes)),
      used_(static_cast<std::size_t>(channels) * classes_, false),
      recent_(kRecent, ~std::uint64_t{0}) {}

std::size_t DependencyGraph::vertex_count() const {
  return static_cast<std::size_t>(std::count(used_.begin(), used_.end(), true));
}

std::size_t DependencyGraph::dependency_count() const {
  settle();
  return pairs_.size();
}

bool DependencyGraph::contains(const DependencyGraph& other) const {
  settle();
  other.settle();
  return std::includes(pairs_.begin(), pairs_.end(), other.pairs_.begin(), other.pairs_.end());
}

void DependencyGraph::settle() const {
  if (!std::is_sorted(pairs_.begin(), pairs_.end())) std::sort(pairs_.begin(), pairs_.end());
  pairs_.erase(std::unique(pairs_.begin(), pairs_.end()), pairs_.end());
}

void DependencyGraph::make_room() {
  constexpr std::size_t kLeast = 1 << 16;
  settle();
  pairs_.reserve(std::max(kLeast, 2 * pairs_.size()));
}

std::vector<ChannelClass> DependencyGraph::find_cycle() const {
  settle();
  VTPU_CHECK(pairs_.size() < ~std::uint32_t{0}, "a dependency graph has fewer than 2^32 dependencies");
  const auto to = [&](std::size_t p) { return static_cast<std::uint32_t>(pairs_[p] & 0xffffffff); };
  std::vector<std::uint32_t> first(used_.size() + 1, 0);  // by vertex: its first pair
  for (const std::uint64_t pair : pairs_) ++first[static_cast<std::size_t>(pair >> 32) + 1];
  for (std::size_t v = 0; v < used_.size(); ++v) first[v + 1] += first[v];

  enum class Mark : std::uint8_t { unseen, on_path, done };
  std::vector<Mark> marks(used_.size(), Mark::unseen);
  std::vector<std::uint32_t> next = first;  // by vertex: its first unvisited pair
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
