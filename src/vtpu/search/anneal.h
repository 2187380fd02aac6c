#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "vtpu/search/block_group.h"
#include "vtpu/search/cover_bound.h"
#include "vtpu/search/symmetric_state.h"
#include "vtpu/net/shape.h"

namespace vtpu::search {

/// Which switches share a setting.
enum class Alike {
  none,
  rotated,    ///< switches that a cyclic exchange of x, y and z maps to each other: 16 settings instead of 48, equal
              ///< loads in all dimensions
  dimension,  ///< all switches of a dimension: three settings, as in regular and twisted tori
};

/// How a search looks for a state that carries a uniform all-to-all.
struct AnnealOptions {
  std::int64_t steps = 10000;  ///< 0: keep the start
  /// Few of a block's channels are optical, so the dual prices of good states are two to three times as high on optical
  /// channels as on electrical ones. Each length is from 1 to 15.
  LinkLengths lengths = {1, 2};
  double mirrored = 0;  ///< share of drawn switches that join equal faces; 0 where no element is its own inverse
  Alike alike = Alike::none;
  /// Relative loss of the bound that the first step accepts with probability 1/e. The last step uses a fiftieth of it.
  double heat = 4e-3;
};

struct Annealed {
  SymmetricState state;
  double bound = 0;  ///< what the search maximised: MeanDistance::bound at the lengths of the options
};

/// A state with randomly drawn switches; those that `options.alike` groups share a setting.
SymmetricState random_state(const BlockGroup& group, const net::Shape& shape, const AnnealOptions& options,
                            std::uint64_t seed);

/// Simulated annealing from a state. Each step redraws one or two switches and keeps them unless the bound falls by
/// more than a random tolerance, which shrinks from step to step. Deterministic for a seed. `stop` is polled; when it
/// returns true the best state so far is returned. Source: Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated
/// annealing", Science 220, 1983.
Annealed anneal(const SymmetricState& start, const AnnealOptions& options, std::uint64_t seed,
                const std::function<bool()>& stop = {});

}  // namespace vtpu::search
