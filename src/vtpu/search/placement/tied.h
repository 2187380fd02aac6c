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

/// Maps of a network's chips onto each other that keep all links, as where each chip goes; no two take a chip to the
/// same one, the first leaves all in place.
using ChipMaps = std::vector<std::vector<int>>;

/// The translations of a torus, regular or twisted, as many as there are chips; of any other state those of its blocks.
ChipMaps translations_of(const SymmetricState& state);

/// A subgroup of `order` maps drawn at random, numbered by the powers of its generators, those of the first fastest.
/// None where none was found, as for an order that does not divide theirs.
std::optional<ChipMaps> random_subgroup(const ChipMaps& maps, int order, Random& random);

/// A placement in which groups of ranks lie alike: rank e · k + m is on the chip that map e takes seat m to. So k seats
/// stand for all ranks, and a change of one moves a rank of every group. Row-major placements are of this kind.
struct TiedPlacement {
  ChipMaps maps;
  std::vector<int> seats;  ///< one of each orbit

  Placement placement() const;
};

/// Found on small cases; what comes of it is judged by step_cost.
inline constexpr double kSinglePath = 1.6;

struct TiedSearch {
  int starts = 20;     ///< subgroups and seats drawn anew
  int changes = 2000;  ///< of seats, from each start
  double heat_first = 0.1;
  double heat_last = 0.001;
};

/// Tied placements that a search finds, the best of each start: two seats change places, or one goes where another map
/// takes it. `group`: ranks that lie together, a divisor of all ranks. None where the maps have no subgroup for it.
///
/// It minimises the 4-norm of even loads in which what has one shortest way only counts kSinglePath times: weights of
/// paths can still relieve the other paths, but never those. Without that, and with a norm near the largest load, no
/// search leaves the state in which all neighbours of a ring are one hop apart and half of the channels idle.
std::vector<TiedPlacement> tied(const EvenPaths::Uses& uses, const EvenPaths& paths, const StepTraffic& traffic,
                                const ChipMaps& maps, int group, const TiedSearch& search, Random random);

}  // namespace vtpu::search
