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
      : network_(network), trees_(at(count)), owner_(at(network.channel_count()), kNone) {
    for (int channel = 0; channel < network.channel_count(); ++channel)
      if (network.attached(channel) && channel < network.reverse(channel) &&
          network.source(channel) != network.target(channel))
        links_.push_back(channel);
    for (int tree = 0; tree < count; ++tree) {
      grow(tree);
      root(tree);
    }
    for (const int link : links_)
      if (owner_[at(link)] == kNone) augment(link);
  }

  bool spans(int tree) const { return trees_[at(tree)].links == network_.chip_count() - 1; }

  SpanningTree rooted(int tree, int at_chip) const {
    SpanningTree result{at_chip, 0, std::vector<int>(at(network_.chip_count()), kNone)};
    std::vector<int> depth(at(network_.chip_count()), kNone), order = {at_chip};
    depth[at(at_chip)] = 0;
    for (std::size_t next = 0; next < order.size(); ++next)
      for_each_neighbour(tree, order[next], [&](int channel, int chip) {
        if (depth[at(chip)] != kNone) return;
        depth[at(chip)] = depth[at(order[next])] + 1;
        result.depth = depth[at(chip)];
        result.up[at(chip)] = network_.reverse(channel);
        order.push_back(chip);
      });
    return result;
  }

 private:
  struct Tree {
    int links = 0;
    std::vector<int> component;  // by chip, as are the other members; valid after rooting
    std::vector<int> depth;
    std::vector<int> up;  // channel to the parent
  };

  template <class Visit>
  void for_each_neighbour(int tree, int chip, Visit visit) const {
    for (int port = 0; port < network_.port_count(); ++port) {
      const int channel = network_.channel(chip, port);
      if (network_.attached(channel) && owner_[at(link_of(channel))] == tree) visit(channel, network_.target(channel));
    }
  }
  int link_of(int channel) const { return std::min(channel, network_.reverse(channel).value()); }

  /// Grows the forests breadth first over free links.
  void grow(int tree) {
    std::vector<bool> seen(at(network_.chip_count()), false);
    for (int first = 0; first < network_.chip_count(); ++first) {
      if (seen[at(first)]) continue;
      seen[at(first)] = true;
      std::vector<int> order = {first};
      for (std::size_t next = 0; next < order.size(); ++next)
        for (int port = 0; port < network_.port_count(); ++port) {
          const int channel = network_.channel(order[next], (port + tree) % network_.port_count());
          if (!network_.attached(channel) || seen[at(network_.target(channel))]) continue;
          if (owner_[at(link_of(channel))] != kNone) continue;
          owner_[at(link_of(channel))] = tree;
          ++trees_[at(tree)].links;
          seen[at(network_.target(channel))] = true;
          order.push_back(network_.target(channel));
        }
    }
  }

  void root(int number) {
    Tree& tree = trees_[at(number)];
    tree.component.assign(at(network_.chip_count()), kNone);
    tree.depth.assign(at(network_.chip_count()), 0);
    tree.up.assign(at(network_.chip_count()), kNone);
    for (int first = 0; first < network_.chip_count(); ++first) {
      if (tree.component[at(first)] != kNone) continue;
      tree.component[at(first)] = first;
      std::vector<int> order = {first};
      for (std::size_t next = 0; next < order.size(); ++next)
        for_each_neighbour(number, order[next], [&](int channel, int chip) {
          if (tree.component[at(chip)] != kNone) return;
          tree.component[at(chip)] = first;
          tree.depth[at(chip)] = tree.depth[at(order[next])] + 1;
          tree.up[at(chip)] = network_.reverse(channel);
          order.push_back(chip);
        });
    }
  }

  /// Makes room for one more link by moving others between trees along a shortest chain of exchanges.
  void augment(int link) {
    std::vector<int> came_from(owner_.size(), kNone), waiting = {link};
    std::vector<bool> known(owner_.size(), false);
    known[at(link)] = true;
    for (std::size_t next = 0; next < waiting.size(); ++next) {
      const int moved = waiting[next];
      for (int number = 0; number < static_cast<int>(trees_.size()); ++number) {
        if (owner_[at(moved)] == number) continue;
        const Tree& tree = trees_[at(number)];
        int a = network_.source(moved), b = network_.target(moved);
        if (tree.component[at(a)] != tree.component[at(b)]) {
          settle(moved, number, came_from);
          return;
        }
        while (a != b) {
          int& deeper = tree.depth[at(a)] >= tree.depth[at(b)] ? a : b;
          const int on_cycle = link_of(tree.up[at(deeper)]);
          deeper = network_.target(tree.up[at(deeper)]);
          if (known[at(on_cycle)]) continue;
          known[at(on_cycle)] = true;
          came_from[at(on_cycle)] = moved;
          waiting.push_back(on_cycle);
        }
      }
    }
  }

  /// Moves `link` to `tree`, the link that replaces it to the tree that `link` left, and so on along the chain.
  void settle(int link, int tree, const std::vector<int>& came_from) {
    ++trees_[at(tree)].links;
    while (link != kNone) {
      std::swap(owner_[at(link)], tree);
      link = came_from[at(link)];
    }
    for (int number = 0; number < static_cast<int>(trees_.size()); ++number) root(number);
  }

  const net::Network& network_;
  std::vector<Tree> trees_;
  std::vector<int> owner_;  // by link: its tree
  std::vector<int> links_;
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
      int best = of.root, most = 0;
      for (int chip = 0; chip < network.chip_count(); ++chip) {
        int depth = 0;
        for (int way = chip; of.up[at(way)] != kNone; way = network.target(of.up[at(way)])) ++depth;
        if (depth > most) {
          most = depth;
          best = chip;
        }
      }
      return std::pair(best, most);
    };
    const SpanningTree from_end = forests.rooted(tree, farthest(forests.rooted(tree, 0)).first);
    auto [middle, length] = farthest(from_end);
    for (int step = 0; step < length / 2; ++step) middle = network.target(from_end.up[at(middle)]);
    trees.push_back(forests.rooted(tree, middle));
  }
  return trees;
}

net::workload::Workload tree_all_reduce(const net::Network& network, const std::vector<SpanningTree>& trees,
                                        std::uint64_t buffer_bytes, int pieces) {
  net::workload::Workload workload("all-reduce over disjoint trees");
  const std::uint64_t parts = trees.size() * static_cast<std::uint64_t>(pieces);
  std::uint64_t part = 0;
  for (const SpanningTree& tree : trees) {
    // Chips in order of falling depth, so that a chip has received all its terms before it sends the sum.
    std::vector<std::vector<int>> children(tree.up.size());
    for (int chip = 0; chip < static_cast<int>(tree.up.size()); ++chip)
      if (tree.up[at(chip)] != kNone) children[at(network.target(tree.up[at(chip)]))].push_back(chip);
    std::vector<int> order = {tree.root};
    for (std::size_t next = 0; next < order.size(); ++next)
      order.insert(order.end(), children[at(order[next])].begin(), children[at(order[next])].end());
    std::vector<int> last_up(tree.up.size(), kNone), last_down(tree.up.size(), kNone);  // by child
    for (int piece = 0; piece < pieces; ++piece, ++part) {
      const std::uint64_t bytes = buffer_bytes * (part + 1) / parts - buffer_bytes * part / parts;
      std::vector<int> after;
      std::vector<int> up(tree.up.size(), kNone), down(tree.up.size(), kNone);
      const auto wait_for = [&](int message) {
        if (message != kNone) after.push_back(message);
      };
      for (auto chip = order.rbegin(); chip != order.rend(); ++chip) {
        if (*chip == tree.root) continue;
        after.clear();
        for (const int child : children[at(*chip)]) wait_for(up[at(child)]);
        wait_for(last_up[at(*chip)]);
        up[at(*chip)] = last_up[at(*chip)] = workload.add({*chip, network.target(tree.up[at(*chip)]), bytes}, after);
      }
      for (const int parent : order)
        for (const int child : children[at(parent)]) {
          after.clear();
          if (parent == tree.root)
            for (const int summed : children[at(parent)]) wait_for(up[at(summed)]);
          else
            wait_for(down[at(parent)]);
          wait_for(last_down[at(child)]);
          down[at(child)] = last_down[at(child)] = workload.add({parent, child, bytes}, after);
        }
    }
  }
  return workload;
}

}  // namespace vtpu::search
