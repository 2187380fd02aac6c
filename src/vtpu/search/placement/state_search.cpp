#include "vtpu/search/placement/state_search.h"

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/result.h"
#include "vtpu/net/topology/ocs_topology.h"

namespace vtpu::search {
namespace {

EvenPaths paths_of(const SymmetricState& state) {
  Result<EvenPaths> paths = EvenPaths::make(network_of(state));
  VTPU_CHECK(paths.ok(), "connected blocks have paths between all chips");
  return *std::move(paths);
}

/// Changes the translation of a switch, of the four switches of a row of its face, or of its dimension.
void change(SymmetricState& state, Random& random) {
  const int face = state.block_side * state.block_side;
  const int ocs = static_cast<int>(random.below(static_cast<std::uint64_t>(state.translation.size())));
  int first = ocs, count = 1;
  const std::uint64_t scope = random.below(8);
  if (scope == 0) {
    first = ocs / face * face;
    count = face;
  } else if (scope <= 3) {
    first = ocs / state.block_side * state.block_side;
    count = state.block_side;
  }
  const auto blocks = static_cast<std::uint64_t>(state.blocks());
  const int shift = blocks > 1 ? 1 + static_cast<int>(random.below(blocks - 1)) : 0;
  for (int i = first; i < first + count; ++i) {
    int& translation = state.translation[net::Ocs(i)];
    translation = (translation + shift) % state.blocks();
  }
}

/// Whether every block can be reached from block 0.
bool joined(const SymmetricState& state) {
  std::vector<int> found = {0};
  std::vector<bool> seen(static_cast<std::size_t>(state.blocks()), false);
  seen[0] = true;
  for (std::size_t i = 0; i < found.size(); ++i)
    for (const int translation : state.translation)
      if (const int next = state.group.times(found[i], translation); !seen[static_cast<std::size_t>(next)]) {
        seen[static_cast<std::size_t>(next)] = true;
        found.push_back(next);
      }
  return static_cast<int>(found.size()) == state.blocks();
}

/// The best state found by changes, with the placement fixed.
SymmetricState with_changes(SymmetricState state, const StepTraffic& traffic, const Placement& placement,
                            const StateSearch& search, Random& random) {
  double norm = load_norm(even_loads(paths_of(state), traffic, placement));
  SymmetricState best = state;
  double best_norm = norm;
  for (int i = 0; i < search.changes; ++i) {
    SymmetricState changed = state;
    change(changed, random);
    const double chance = random.unit();
    if (!joined(changed)) continue;
    const double changed_norm = load_norm(even_loads(paths_of(changed), traffic, placement));
    const double heat =
        search.heat_first * std::pow(search.heat_last / search.heat_first, static_cast<double>(i) / search.changes);
    const double worse = std::log(changed_norm / norm);
    if (worse > 0 && chance >= std::exp(-worse / heat)) continue;
    state = std::move(changed);
    norm = changed_norm;
    if (norm < best_norm * (1 - 1e-9)) {
      best_norm = norm;
      best = state;
    }
  }
  return best;
}

}  // namespace

net::Network network_of(const SymmetricState& state) {
  const net::ocs::StateOfSlice circuits = circuits_of(state, 0);
  const Result<net::topology::OcsTopology> topology =
      net::topology::OcsTopology::make(circuits.state, circuits.slice, "state of " + to_string(state.shape));
  VTPU_CHECK(topology.ok(), "the circuits of a symmetric state join only blocks of its slice");
  return net::Network(*topology);
}

PlacedState searched(PlacedState start, const StepTraffic& traffic, const StateSearch& search, Random random) {
  for (int round = 0; round < search.rounds; ++round) {
    start.state = with_changes(std::move(start.state), traffic, start.placement, search, random);
    const EvenPaths paths = paths_of(start.state);
    start.placement = refined(paths, EvenPaths::Uses(paths), traffic, std::move(start.placement), search.refinement,
                              random.fork(static_cast<std::uint64_t>(round)));
  }
  return start;
}

}  // namespace vtpu::search
