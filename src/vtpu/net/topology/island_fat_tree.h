#pragma once
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/topology.h"
#include "vtpu/net/topology/fat_tree.h"

namespace vtpu::net::topology {

/// One InfiniBand HDR port, 200 Gbit/s (jouppi2023tpuv4, section 7.3). No latency is given there.
inline constexpr LinkModel kInfiniBandHdr = {.bandwidth_gbytes_per_s = 25, .latency_ns = 0};

/// The hybrid that the TPU v4 paper compares its optical switches with (jouppi2023tpuv4, section 7.3): islands of eight
/// chips on ICI links, joined by an InfiniBand fat tree of 40-port switches with full bisection.
///
/// Published: eight chips per island, three levels of switches for the whole machine, and per port half the bandwidth
/// of an ICI link. The paper does not give the rest; this class assumes:
///
/// - An island is 2x2x2, wired like a block's electrical mesh. One link joins two neighbours, and three of a chip's six
///   ICI ports are used, since the wrap-around links belonged to the optical switches.
/// - Every chip has its own InfiniBand port, like each GPU of the A100 superpod in the paper's comparison.
/// - 32 of a switch's 40 ports are used, so that each lowest switch serves two whole islands and no shortest path runs
///   through a third chip.
/// - The tree has the fewest levels that hold the chips: two up to 256 chips, three up to 4096.
///
/// The paper scales its number of switches from a superpod (568); switch_count() is not comparable as a cost.
///
/// Chips are numbered by island, then by place in it: bits 2, 1, 0 are x, y, z. Ports 0, 1, 2 lead along x, y, z and
/// port 3 to InfiniBand; switches have the ports of FatTree from 4 on. Dimensions: x, y, z, InfiniBand port, down, up.
class IslandFatTree {
 public:
  static constexpr int kIslandChips = 8;
  static constexpr int kRadix = 32;  // ports in use

  /// Error: a number of chips that is not a multiple of 8 from 8 to 4096.
  static Result<IslandFatTree> make(int chips);

  const FatTree& tree() const { return tree_; }
  int switch_count() const { return tree_.switch_count(); }

  static constexpr bool kVertexTransitive = false;
  static std::vector<IslandFatTree> examples() { return {*make(16), *make(64), *make(512)}; }
  std::string name() const { return "islands of 8 on a fat tree, " + std::to_string(chip_count()) + " chips"; }
  int chip_count() const { return tree_.chip_count(); }
  int node_count() const { return tree_.node_count(); }
  int port_count() const { return kFirstSwitchPort + kRadix; }
  int dimension_of(PortNumber port) const {
    return port.value() < kFirstSwitchPort ? port.value() : kFirstSwitchPort + tree_.dimension_of(tree_port(port));
  }
  Port peer(Port port) const;
  /// ICI links are the usual ones, all others InfiniBand HDR with the usual latency.
  LinkModel link(Port port, const LinkModel& usual) const {
    return port.number < kInfiniBandPort ? usual : LinkModel{kInfiniBandHdr.bandwidth_gbytes_per_s, usual.latency_ns};
  }

 private:
  static constexpr PortNumber kInfiniBandPort{3};
  static constexpr int kFirstSwitchPort = 4;

  explicit IslandFatTree(const FatTree& tree) : tree_(tree) {}
  static PortNumber tree_port(PortNumber port) { return PortNumber(port.value() - kFirstSwitchPort); }
  static PortNumber hybrid_port(PortNumber of_tree) { return PortNumber(of_tree.value() + kFirstSwitchPort); }

  FatTree tree_;
};
static_assert(Topology<IslandFatTree>);

}  // namespace vtpu::net::topology
