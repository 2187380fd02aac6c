#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/topology.h"

namespace vtpu::net::topology {

/// A folded Clos network of full bisection: a k-ary n-tree of L levels of switches for at most k^L chips. Each switch
/// has k = radix/2 links down and k links up. Source: Petrini and Vanneschi, "k-ary n-trees: high performance networks
/// for massively parallel architectures", IPPS 1997.
///
/// Chips are the leaves, numbered along the bottom. Level 0 is the lowest level of switches. A switch of level l
/// belongs to a subtree of k^(l+1) chips, which has k^l switches at that level side by side. Subtrees without chips
/// have no switches; every other subtree keeps all of its own, so a tree that is not full has more bisection than it
/// needs. Ports 0 to k-1 lead down and k to 2k-1 lead up; a chip has one port (chip_port). Dimension 0 is down, 1 is
/// up. Switches are numbered after the chips: by level, then by subtree, then by index in the subtree.
class FatTree {
 public:
  /// Error: a radix that is odd or not 4..64, levels or chips out of range, more than 2^20 nodes.
  static Result<FatTree> make(int chips, int radix, int levels);
  /// The least number of levels that holds the chips. Error: as above.
  static Result<FatTree> make(int chips, int radix);

  int radix() const { return 2 * k_; }
  int levels() const { return levels_; }
  int switch_count() const { return node_count() - chips_; }

  /// The position of a switch in the tree.
  struct Place {
    int level = 0;
    int subtree = 0;  ///< number of the subtree within the level, from the left
    int index = 0;    ///< number of the switch within the subtree, 0..k^level - 1
  };
  Place place_of(Chip switch_node) const;
  /// Chips below a switch of the level in a full tree: k^(level+1).
  int chips_below(int level) const { return power_[static_cast<std::size_t>(level) + 1]; }
  /// Switches of the level in one subtree: k^level.
  int switches_abreast(int level) const { return power_[static_cast<std::size_t>(level)]; }
  /// A chip's only port.
  PortNumber chip_port() const { return PortNumber(k_); }

  static constexpr bool kVertexTransitive = false;
  static std::vector<FatTree> examples();
  std::string name() const;
  int chip_count() const { return chips_; }
  int node_count() const { return first_[static_cast<std::size_t>(levels_)]; }
  int port_count() const { return 2 * k_; }
  int dimension_of(PortNumber port) const { return port.value() < k_ ? 0 : 1; }
  Port peer(Port port) const;

 private:
  static constexpr int kMostLevels = 20;

  FatTree(int chips, int k, int levels) : chips_(chips), k_(k), levels_(levels) {}
  Chip switch_at(const Place& place) const;

  int chips_;
  int k_;
  int levels_;
  std::array<int, kMostLevels + 1> power_{};  // powers of k
  std::array<int, kMostLevels + 1> first_{};  // first switch of each level; one more entry holds the number of nodes
};
static_assert(Topology<FatTree>);

/// Ordered pairs of chips at each distance: 2(l+1) hops, where l is the level of the smallest subtree that contains
/// both.
std::vector<std::uint64_t> closed_form_distances(const FatTree& tree);

/// Links that join the halves of a smallest balanced cut, one direction: N/2 for an even number of chips, since the
/// tree carries any permutation and the chips' own links separate a half; 0 for an odd number.
int closed_form_bisection(const FatTree& tree);

/// Ideal uniform all-to-all throughput per chip in link bandwidths: N/(N-1). A chip's own link carries all its traffic
/// except the share for itself, and no other link carries more.
double closed_form_alltoall_bound(const FatTree& tree);

}  // namespace vtpu::net::topology
