#include "vtpu/net/collective/pipelines.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "vtpu/base/position.h"

namespace vtpu::net::collective {
namespace {

constexpr int kNone = -1;

// What a transfer waits for: the arrival of the data that it passes on, and its chip's last message, where these exist.
class Waits {
 public:
  Waits(int arrived, int last_sent) {
    for (const int id : {arrived, last_sent})
      if (id != kNone) ids_[count_++] = id;
  }
  operator std::span<const int>() const { return {ids_.data(), count_}; }

 private:
  std::array<int, 2> ids_{};
  std::size_t count_ = 0;
};

// Ranks by place, where places are relative to the root.
std::vector<int> ranks_from(const Shape& grid, int root) {
  const Coordinates origin = grid.coordinates_of(root);
  std::vector<int> ranks(at(grid.count()));
  for (int place = 0; place < grid.count(); ++place) {
    Coordinates sum = grid.coordinates_of(place);
    for (int d = 0; d < grid.dimensions(); ++d) sum[at(d)] = (sum[at(d)] + origin[at(d)]) % grid.side(d);
    ranks[at(place)] = grid.index_of(sum);
  }
  return ranks;
}

// Adds one transfer per edge, with the chunks in `runs`. `last_sent`: by place, kept from one piece to the next.
void add_tree(Schedule& schedule, const std::vector<int>& ranks, const std::vector<TreeEdge>& tree, Sending sending,
              const std::vector<ChunkRun>& runs, std::vector<int>& last_sent) {
  std::vector<int> arrived(ranks.size(), kNone);  // by place
  for (std::size_t i = 0; i < tree.size(); ++i) {
    const auto [parent, child] = std::pair(at(tree[i].parent), at(tree[i].child));
    const int id =
        schedule.add({ranks[parent], ranks[child]}, {&runs[i], 1}, Waits(arrived[parent], last_sent[parent]));
    arrived[child] = id;
    if (sending == Sending::one_by_one) last_sent[parent] = id;
  }
}

}  // namespace

Schedule ring_broadcast(const std::vector<int>& ring, int root, int pieces, bool both_ways) {
  const int ranks = static_cast<int>(ring.size());
  const int all_pieces = both_ways ? 2 * pieces : pieces;
  Schedule schedule(Collective::broadcast, both_ways ? Algorithm::bidirectional_ring : Algorithm::ring, ranks,
                    all_pieces, std::vector<ChunkContract>(at(all_pieces), ChunkContract{.from = root}));
  std::vector<int> order = ring;
  for (int first = 0; first < all_pieces; first += pieces) {
    std::rotate(order.begin(), std::find(order.begin(), order.end(), root), order.end());
    std::vector<int> last_sent(at(ranks), kNone);  // by place on the ring
    for (int piece = first; piece < first + pieces; ++piece) {
      int arrived = kNone;
      for (int place = 0; place + 1 < ranks; ++place) {
        const ChunkRun run{.first = piece};
        arrived =
            schedule.add({order[at(place)], order[at(place + 1)]}, {&run, 1}, Waits(arrived, last_sent[at(place)]));
        last_sent[at(place)] = arrived;
      }
    }
    std::reverse(order.begin(), order.end());
  }
  return schedule;
}

std::vector<TreeEdge> binomial_tree(const Shape& grid) {
  std::vector<TreeEdge> edges;
  for (int d = 0; d < grid.dimensions(); ++d) {
    const int stride = grid.stride(d);
    struct Row {
      int first, count;
    };
    std::vector<Row> rows;
    for (int place = 0; place < grid.count(); place += stride * grid.side(d)) rows.push_back({place, grid.side(d)});
    for (bool split = true; split;) {
      split = false;
      std::vector<Row> halves;
      for (const Row& row : rows) {
        const int kept = (row.count + 1) / 2;
        halves.push_back({row.first, kept});
        if (kept == row.count) continue;
        const int child = row.first + kept * stride;
        edges.push_back({row.first, child, child, (row.count - kept) * stride});
        halves.push_back({child, row.count - kept});
        split = true;
      }
      rows = std::move(halves);
    }
  }
  return edges;
}

std::vector<TreeEdge> star(const Shape& grid) {
  std::vector<TreeEdge> edges;
  for (int place = 1; place < grid.count(); ++place) edges.push_back({0, place, place, 1});
  return edges;
}

Schedule tree_broadcast(Algorithm algorithm, const Shape& grid, const std::vector<TreeEdge>& tree, Sending sending,
                        int root, int pieces) {
  const std::vector<int> ranks = ranks_from(grid, root);
  Schedule schedule(Collective::broadcast, algorithm, grid.count(), pieces,
                    std::vector<ChunkContract>(at(pieces), ChunkContract{.from = root}));
  std::vector<int> last_sent(ranks.size(), kNone);
  for (int piece = 0; piece < pieces; ++piece)
    add_tree(schedule, ranks, tree, sending, std::vector<ChunkRun>(tree.size(), ChunkRun{.first = piece}), last_sent);
  return schedule;
}

Schedule tree_scatter(Algorithm algorithm, const Shape& grid, const std::vector<TreeEdge>& tree, Sending sending,
                      int root) {
  const std::vector<int> ranks = ranks_from(grid, root);
  std::vector<ChunkContract> contracts;
  for (const int rank : ranks) contracts.push_back({.from = root, .to = rank});
  Schedule schedule(Collective::scatter, algorithm, grid.count(), grid.count(), std::move(contracts));
  std::vector<ChunkRun> runs;
  for (const TreeEdge& edge : tree) runs.push_back({.first = edge.first, .count = edge.count});
  std::vector<int> last_sent(ranks.size(), kNone);
  add_tree(schedule, ranks, tree, sending, runs, last_sent);
  return schedule;
}

}  // namespace vtpu::net::collective
