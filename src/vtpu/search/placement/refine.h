#pragma once
#include "vtpu/base/random.h"
#include "vtpu/search/placement/even_paths.h"
#include "vtpu/search/placement/placement.h"
#include "vtpu/search/workloads.h"

namespace vtpu::search {

/// What searches over placements and states minimise: the 16-norm of the channels' loads, which is smooth enough to
/// descend on where many channels are loaded most. In bytes; at least the largest load, and at most 1.6 times it on
/// 3072 channels.
double load_norm(const std::vector<double>& loads);

/// A search by swaps of two ranks. A swap that makes the load_norm larger by a part d of it is accepted with the
/// probability exp(-d / heat), heat falling evenly on a logarithmic scale.
struct Refinement {
  int swaps = 100'000;  ///< proposed
  double heat_first = 0.003;
  double heat_last = 0.00003;
};

/// The best placement met, never worse than the one given.
Placement refined(const EvenPaths& paths, const EvenPaths::Uses& uses, const StepTraffic& traffic, Placement placement,
                  const Refinement& refinement, Random random);

}  // namespace vtpu::search
