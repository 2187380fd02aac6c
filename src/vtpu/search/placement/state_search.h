#pragma once
#include "vtpu/base/random.h"
#include "vtpu/search/placement/placement.h"
#include "vtpu/search/placement/refine.h"
#include "vtpu/search/symmetric_state.h"
#include "vtpu/search/workloads.h"
#include "vtpu/net/network.h"

namespace vtpu::search {

/// The network of a state.
net::Network network_of(const SymmetricState& state);

/// A state and the placement of ranks on it.
struct PlacedState {
  SymmetricState state;
  Placement placement;
};

/// A search over the translations of all switches for one traffic. Each round first changes one switch, a row of a face
/// or all switches of a dimension, then swaps ranks on the state found. Changes are accepted like swaps (Refinement).
struct StateSearch {
  int rounds = 3;
  int changes = 300;  ///< of the state per round
  double heat_first = 0.01;
  double heat_last = 0.0003;
  Refinement refinement;
};

/// The best state found, never worse by load_norm than the given one.
PlacedState searched(PlacedState start, const StepTraffic& traffic, const StateSearch& search, Random random);

}  // namespace vtpu::search
