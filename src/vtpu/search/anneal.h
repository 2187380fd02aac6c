#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "vtpu/search/block_group.h"
#include "vtpu/search/cover_bound.h"
#include "vtpu/search/symmetric_state.h"
#include "vtpu/net/shape.h"

namespace vtpu::search {

/// Which switches are set alike.
enum class Alike {
  none,
  rotated,    ///< those that a change of x, y and z in turn makes one: 16 choices instead of 48, loads even among
              ///< dimensions
  dimension,  ///< all of a dimension: three choices, as in tori, twisted or not
};

/// How a search looks for a state that carries a uniform all-to-all.
struct AnnealOptions {
  std::int64_t steps = 10000;  ///< 0: the start as it is
  /// Few optical channels and many electrical ones leave a block, so the dual prices of good states are two to three
  /// times as high on the former. Each from 1 to 15.
  LinkLengths lengths = {1, 2};
  double mirrored = 0;  ///< share of switches drawn that join like faces; none where no element is its own inverse
  Alike alike = Alike::none;
  /// The relative loss of the bound that is taken with probability 1/e in the first step; in the last it is a fiftieth.
  double heat = 4e-3;
};

struct Annealed {
  SymmetricState state;
  double bound = 0;  ///< what the search maximised: MeanDistance::bound at the lengths of the options
};

/// A state with each switch drawn at random, those alike as the options say.
SymmetricState random_state(const BlockGroup& group, const net::Shape& shape, const AnnealOptions& options,
                            std::uint64_t seed);

/// Simulated annealing from a state: each step draws one or two switches anew and keeps them unless the bound falls by
/// more than chance allows, less and less. Deterministic for a seed. `stop`: asked now and then; the best so far is
/// returned when it says so. Source: Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated annealing", Science
/// 220, 1983.
Annealed anneal(const SymmetricState& start, const AnnealOptions& options, std::uint64_t seed,
                const std::function<bool()>& stop = {});

}  // namespace vtpu::search
