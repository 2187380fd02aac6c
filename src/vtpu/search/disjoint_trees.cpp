#include "vtpu/search/disjoint_trees.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"

namespace vtpu::search {
namespace {

constexpr int kNone = -1;

/// Forests that share no link. A link is named by the lower of its two channels.
class Forests {
 public:
  Forests(const net::Network& network, int count)
      : network_(network), trees_(at(count)), owner_(network.channel_count(), kNone) {
    for (const net::Channel channel : network.channels())
      if (network.attached(channel) && channel < network.reverse(channel) &&
          network.source(channel) != network.target(channel))
        links_.push_back(channel);
    for (int tree = 0; tree < count; ++tree) {
      grow(tree);
      root(tree);
    }
    for (const net::Channel link : links_)
      if (owner_[link] == kNone) augment(link);
  }

  bool spans(int tree) const { return trees_[at(tree)].links == network_.chip_count() - 1; }

  SpanningTree rooted(int tree, net::Chip at_chip) const {
    SpanningTree result{at_chip, 0, {}};
    result.up.assign(network_.chip_count(), net::Channel::none());
    IndexedVector<net::Chip, int> depth(network_.chip_count(), kNone);
    std::vector<net::Chip> order = {at_chip};
    depth[at_chip] = 0;
    for (std::size_t next = 0; next < order.size(); ++next)
      for_each_neighbour(tree, order[next], [&](net::Channel channel, net::Chip chip) {
        if (depth[chip] != kNone) return;
        depth[chip] = depth[order[next]] + 1;
        result.depth = depth[chip];
        result.up[chip] = network_.reverse(channel);
        order.push_back(chip);
      });
    return result;
  }

 private:
  struct Tree {
    int links = 0;
    IndexedVector<net::Chip, net::Chip> component;  // first chip of each chip's part; valid after rooting, as the rest
    IndexedVector<net::Chip, int> depth;
    IndexedVector<net::Chip, net::Channel> up;  // channel to the parent
  };

  template <class Visit>
  void for_each_neighbour(int tree, net::Chip chip, Visit visit) const {
    for (const net::PortNumber port : network_.ports()) {
      const net::Channel channel = network_.channel(chip, port);
      if (network_.attached(channel) && owner_[link_of(channel)] == tree) visit(channel, network_.target(channel));
    }
  }
  net::Channel link_of(net::Channel channel) const { return std::min(channel, network_.reverse(channel)); }

  /// Grows the forests breadth first over free links.
  void grow(int tree) {
    IndexedVector<net::Chip, bool> seen(network_.chip_count(), false);
    for (const net::Chip first : network_.chips()) {
      if (seen[first]) continue;
      seen[first] = true;
      std::vector<net::Chip> order = {first};
      for (std::size_t next = 0; next < order.size(); ++next)
        for (int port = 0; port < network_.port_count(); ++port) {
          const net::Channel channel =
              network_.channel(order[next], net::PortNumber((port + tree) % network_.port_count()));
          if (!network_.attached(channel) || seen[network_.target(channel)]) continue;
          if (owner_[link_of(channel)] != kNone) continue;
          owner_[link_of(channel)] = tree;
          ++trees_[at(tree)].links;
          seen[network_.target(channel)] = true;
          order.push_back(network_.target(channel));
        }
    }
  }

  void root(int number) {
    Tree& tree = trees_[at(number)];
    tree.component.assign(network_.chip_count(), net::Chip::none());
    tree.depth.assign(network_.chip_count(), 0);
    tree.up.assign(network_.chip_count(), net::Channel::none());
    for (const net::Chip first : network_.chips()) {
      if (tree.component[first].valid()) continue;
      tree.component[first] = first;
      std::vector<net::Chip> order = {first};
      for (std::size_t next = 0; next < order.size(); ++next)
        for_each_neighbour(number, order[next], [&](net::Channel channel, net::Chip chip) {
          if (tree.component[chip].valid()) return;
          tree.component[chip] = first;
          tree.depth[chip] = tree.depth[order[next]] + 1;
          tree.up[chip] = network_.reverse(channel);
          order.push_back(chip);
        });
    }
  }

  /// Makes room for one more link by moving others between trees along a shortest chain of exchanges.
  void augment(net::Channel link) {
    IndexedVector<net::Channel, net::Channel> came_from(owner_.size(), net::Channel::none());
    std::vector<net::Channel> waiting = {link};
    IndexedVector<net::Channel, bool> known(owner_.size(), false);
    known[link] = true;
    for (std::size_t next = 0; next < waiting.size(); ++next) {
      const net::Channel moved = waiting[next];
      for (int number = 0; number < static_cast<int>(trees_.size()); ++number) {
        if (owner_[moved] == number) continue;
        const Tree& tree = trees_[at(number)];
        net::Chip a = network_.source(moved), b = network_.target(moved);
        if (tree.component[a] != tree.component[b]) {
          settle(moved, number, came_from);
          return;
        }
        while (a != b) {
          net::Chip& deeper = tree.depth[a] >= tree.depth[b] ? a : b;
          const net::Channel on_cycle = link_of(tree.up[deeper]);
          deeper = network_.target(tree.up[deeper]);
          if (known[on_cycle]) continue;
          known[on_cycle] = true;
          came_from[on_cycle] = moved;
          waiting.push_back(on_cycle);
        }
      }
    }
  }

  /// Moves `link` to `tree`, the link that replaces it to the tree that `link` left, and so on along the chain.
  void settle(net::Channel link, int tree, const IndexedVector<net::Channel, net::Channel>& came_from) {
    ++trees_[at(tree)].links;
    while (link.valid()) {
      std::swap(owner_[link], tree);
      link = came_from[link];
    }
    for (int number = 0; number < static_cast<int>(trees_.size()); ++number) root(number);
  }

  const net::Network& network_;
  std::vector<Tree> trees_;
  IndexedVector<net::Channel, int> owner_;  // by link: its tree
  std::vector<net::Channel> links_;
};

}  // namespace

std::vector<SpanningTree> disjoint_trees(const net::Network& network, int count) {
  VTPU_CHECK(network.node_count() == network.chip_count(), "spanning trees need a network without switches");
  const Forests forests(network, count);
  std::vector<SpanningTree> trees;
  for (int tree = 0; tree < count; ++tree) {
    if (!forests.spans(tree)) continue;
    // The root is the middle of a longest path; the chip farthest from any chip is one end of such a path.
    const auto farthest = [&](const SpanningTree& of) {
      net::Chip best = of.root;
      int most = 0;
      for (const net::Chip chip : network.chips()) {
        int depth = 0;
        for (net::Chip way = chip; of.up[way].valid(); way = network.target(of.up[way])) ++depth;
        if (depth > most) {
          most = depth;
          best = chip;
        }
      }
      return std::pair(best, most);
    };
    const SpanningTree from_end = forests.rooted(tree, farthest(forests.rooted(tree, net::Chip(0))).first);
    auto [middle, length] = farthest(from_end);
    for (int step = 0; step < length / 2; ++step) middle = network.target(from_end.up[middle]);
    trees.push_back(forests.rooted(tree, middle));
  }
  return trees;
}

net::workload::Workload tree_all_reduce(const net::Network& network, const std::vector<SpanningTree>& trees,
                                        std::uint64_t buffer_bytes, int pieces, int on_a_link) {
  net::workload::Workload workload("all-reduce over disjoint trees");
  const std::uint64_t parts = trees.size() * static_cast<std::uint64_t>(pieces);
  std::uint64_t part = 0;
  for (const SpanningTree& tree : trees) {
    // Chips in order of falling depth, so that a chip has received all its terms before it sends the sum.
    IndexedVector<net::Chip, std::vector<net::Chip>> children(tree.up.size());
    for (const net::Chip chip : tree.up.indices())
      if (tree.up[chip].valid()) children[network.target(tree.up[chip])].push_back(chip);
    std::vector<net::Chip> order = {tree.root};
    for (std::size_t next = 0; next < order.size(); ++next)
      order.insert(order.end(), children[order[next]].begin(), children[order[next]].end());
    // By piece modulo `on_a_link`, and by child.
    const IndexedVector<net::Chip, int> nothing(tree.up.size(), kNone);
    std::vector<IndexedVector<net::Chip, int>> ups(at(on_a_link), nothing), downs(at(on_a_link), nothing);
    for (int piece = 0; piece < pieces; ++piece, ++part) {
      const std::uint64_t bytes = buffer_bytes * (part + 1) / parts - buffer_bytes * part / parts;
      std::vector<int> after;
      IndexedVector<net::Chip, int>&last_up = ups[at(piece % on_a_link)], &last_down = downs[at(piece % on_a_link)];
      IndexedVector<net::Chip, int> up(tree.up.size(), kNone), down(tree.up.size(), kNone);
      const auto wait_for = [&](int message) {
        if (message != kNone) after.push_back(message);
      };
      for (auto chip = order.rbegin(); chip != order.rend(); ++chip) {
        if (*chip == tree.root) continue;
        after.clear();
        for (const net::Chip child : children[*chip]) wait_for(up[child]);
        wait_for(last_up[*chip]);
        up[*chip] = last_up[*chip] = workload.add({*chip, network.target(tree.up[*chip]), bytes}, after);
      }
      for (const net::Chip parent : order)
        for (const net::Chip child : children[parent]) {
          after.clear();
          if (parent == tree.root)
            for (const net::Chip summed : children[parent]) wait_for(up[summed]);
          else
            wait_for(down[parent]);
          wait_for(last_down[child]);
          down[child] = last_down[child] = workload.add({parent, child, bytes}, after);
        }
    }
  }
  return workload;
}

}  // namespace vtpu::search
