#pragma once
#include "vtpu/base/random.h"
#include "vtpu/search/placement/placement.h"
#include "vtpu/search/placement/refine.h"
#include "vtpu/search/symmetric_state.h"
#include "vtpu/search/workloads.h"
#include "vtpu/net/network.h"

namespace vtpu::search {

/// The network of a state's slice.
net::Network network_of(const SymmetricState& state);

/// A state and where ranks are on it.
struct PlacedState {
  SymmetricState state;
  Placement placement;
};

/// A search over the translations of all switches for one traffic: in rounds, first by changing a switch, one row of a
/// face, or all of a dimension, then by swaps of ranks on the state found. Changes are accepted as swaps are
/// (Refinement).
struct StateSearch {
  int rounds = 3;
  int changes = 300;  ///< of the state in a round
  double heat_first = 0.01;
  double heat_last = 0.0003;
  Refinement refinement;
};

/// The best found, never worse by load_norm than the one given.
PlacedState searched(PlacedState start, const StepTraffic& traffic, const StateSearch& search, Random random);

}  // namespace vtpu::search
