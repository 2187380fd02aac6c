#pragma once
#include <optional>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/search/placement/even_paths.h"
#include "vtpu/search/placement/placement.h"
#include "vtpu/search/symmetric_state.h"
#include "vtpu/search/workloads.h"
#include "vtpu/net/network.h"

namespace vtpu::search {

/// Automorphisms of a network, each as the image of every chip. The first is the identity, and no two map a chip to the
/// same chip.
using ChipMaps = std::vector<IndexedVector<net::Chip, net::Chip>>;

/// The translations of a regular or twisted torus, one per chip; for any other state, those of its blocks.
ChipMaps translations_of(const SymmetricState& state);

/// A random subgroup of `order` maps, numbered by the powers of its generators, the first generator fastest. Empty when
/// none was found, for example when the order does not divide the number of maps.
std::optional<ChipMaps> random_subgroup(const ChipMaps& maps, int order, Random& random);

/// A placement that repeats under a group of maps: rank e · k + m is on the image of seat m under map e. So k seats
/// determine all ranks, and moving a seat moves one rank of every group. Row-major placements are of this kind.
struct TiedPlacement {
  ChipMaps maps;
  std::vector<net::Chip> seats;  ///< one chip of each orbit

  Placement placement() const;
};

/// Chosen on small cases; step_cost evaluates the result.
inline constexpr double kSinglePath = 1.6;

struct TiedSearch {
  int starts = 20;     ///< random subgroups and seats
  int changes = 2000;  ///< of seats per start
  double heat_first = 0.1;
  double heat_last = 0.001;
};

/// Searches for tied placements; returns the best of each start. A change exchanges two seats or moves a seat to its
/// image under another map. `group`: number of ranks per group, a divisor of all ranks. Empty when the maps have no
/// subgroup of the required order.
///
/// The objective is the 4-norm of even loads, in which traffic with a single shortest path counts kSinglePath times:
/// weighting paths can relieve other traffic, but not this. Without that factor, or with a norm close to the maximum,
/// no search leaves the placement in which all ring neighbours are one hop apart and half of the channels are idle.
std::vector<TiedPlacement> tied(const EvenPaths::Uses& uses, const EvenPaths& paths, const StepTraffic& traffic,
                                const ChipMaps& maps, int group, const TiedSearch& search, Random random);

}  // namespace vtpu::search
