#pragma once
#include "vtpu/base/random.h"
#include "vtpu/search/placement/even_paths.h"
#include "vtpu/search/placement/placement.h"
#include "vtpu/search/workloads.h"

namespace vtpu::search {

/// The objective of searches over placements and states: the 16-norm of the channel loads, in bytes. Unlike the
/// maximum, it still decreases when several channels share the largest load. It is at least the largest load and at
/// most 1.6 times the largest load on 3072 channels.
double load_norm(const IndexedVector<net::Channel, double>& loads);

/// A search by swaps of two ranks. A swap that increases load_norm by the relative amount d is accepted with
/// probability exp(-d / heat); heat falls geometrically.
struct Refinement {
  int swaps = 100'000;  ///< proposed
  double heat_first = 0.003;
  double heat_last = 0.00003;
};

/// The best placement found, never worse than the given one.
Placement refined(const EvenPaths& paths, const EvenPaths::Uses& uses, const StepTraffic& traffic, Placement placement,
                  const Refinement& refinement, Random random);

}  // namespace vtpu::search
