#include "vtpu/search/mean_distance.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"

namespace vtpu::search {
void MeanDistance::search(const LiftedGraph& graph, std::span<const int> lengths) {
  VTPU_CHECK(graph.positions() <= 64, "a word has one bit per position");
  const std::size_t blocks = at(graph.group.order());
  const std::size_t vertices = at(graph.vertices());
  const std::vector<int>& times = graph.group.by_translation();
  const std::size_t longest = lengths.empty() ? 1 : at(*std::max_element(lengths.begin(), lengths.end()));
  const std::size_t kept = longest + 1;
  seen_.assign(vertices * blocks, 0);
  next_.resize(vertices * blocks);
  frontier_.resize(kept);
  is_anything_.resize(kept);
  for (std::size_t slot = 0; slot < kept; ++slot) {
    frontier_[slot].resize(vertices * blocks);
    is_anything_[slot].assign(vertices, 0);
  }
  std::vector<std::uint64_t> is_start(vertices, 0);
  for (const int vertex : graph.start) is_start[at(vertex)] = 1;
  for (std::size_t vertex = 0; vertex < vertices; ++vertex)
    seen_[vertex * blocks] = std::uint64_t{1} << graph.position[vertex];
  frontier_[0] = seen_;
  is_anything_[0].assign(vertices, 1);
  pairs_.assign(1, at(graph.positions()));
  std::size_t quiet = 0;  // consecutive steps without a new bit
  for (std::size_t now = 1; quiet < longest; ++now) {
    std::fill(next_.begin(), next_.end(), 0);
    for (const LiftedGraph::Arc& arc : graph.arcs) {
      const std::size_t length = lengths.empty() ? 1 : at(lengths[at(arc.channel)]);
      if (length > now) continue;
      const std::size_t slot = (now - length) % kept;
      if (!is_anything_[slot][at(arc.to)]) continue;
      std::uint64_t* const next = next_.data() + at(arc.from) * blocks;
      const std::uint64_t* const from = frontier_[slot].data() + at(arc.to) * blocks;
      if (arc.translation == 0) {
        for (std::size_t block = 0; block < blocks; ++block) next[block] |= from[block];
      } else {
        const int* const to = times.data() + at(arc.translation) * blocks;
        for (std::size_t block = 0; block < blocks; ++block) next[block] |= from[at(to[block])];
      }
    }
    std::uint64_t found = 0;
    bool any = false;
    std::vector<std::uint64_t>& frontier = frontier_[now % kept];
    for (std::size_t vertex = 0; vertex < vertices; ++vertex) {
      std::uint64_t here = 0;
      for (std::size_t i = vertex * blocks; i < (vertex + 1) * blocks; ++i) {
        const std::uint64_t fresh = next_[i] & ~seen_[i];
        seen_[i] |= fresh;
        frontier[i] = fresh;
        here += at(std::popcount(fresh));
      }
      is_anything_[now % kept][vertex] = here != 0;
      any = any || here != 0;
      found += here * is_start[vertex];
    }
    quiet = any ? 0 : quiet + 1;
    pairs_.push_back(found);
  }
  while (pairs_.back() == 0) pairs_.pop_back();
}

std::uint64_t MeanDistance::total(const LiftedGraph& graph) const {
  std::uint64_t sum = 0, reached = 0;
  for (std::size_t distance = 0; distance < pairs_.size(); ++distance) {
    sum += distance * pairs_[distance];
    reached += pairs_[distance];
  }
  return reached == at(graph.positions()) * at(graph.positions()) * at(graph.group.order()) ? sum : 0;
}

double MeanDistance::operator()(const LiftedGraph& graph) {
  search(graph, {});
  const std::uint64_t total = this->total(graph);
  if (total == 0 && graph.positions() * graph.group.order() > 1) return std::numeric_limits<double>::infinity();
  return static_cast<double>(total) / (double(graph.positions()) * graph.positions() * graph.group.order());
}

double MeanDistance::bound(const LiftedGraph& graph, std::span<const int> lengths) {
  search(graph, lengths);
  const std::uint64_t total = this->total(graph);
  if (total == 0) return 0;
  std::uint64_t room = 0;
  std::vector<bool> counted(lengths.size(), false);
  for (const LiftedGraph::Arc& arc : graph.arcs) {
    if (!counted[at(arc.channel)]) room += at(lengths[at(arc.channel)]);
    counted[at(arc.channel)] = true;
  }
  return static_cast<double>(room) * graph.positions() * graph.group.order() / static_cast<double>(total);
}

net::topology::DistanceDistribution MeanDistance::distribution(const LiftedGraph& graph) {
  search(graph, {});
  net::topology::DistanceDistribution distribution{graph.positions() * graph.group.order(), pairs_};
  for (std::uint64_t& pairs : distribution.pairs_at) pairs *= at(graph.group.order());
  return distribution;
}

}  // namespace vtpu::search
