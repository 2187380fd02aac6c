#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/search/anneal.h"
#include "vtpu/search/block_group.h"
#include "vtpu/search/lifted_flow.h"
#include "vtpu/search/symmetric_state.h"
#include "vtpu/net/shape.h"
#include "vtpu/sweep/sweep.h"

namespace vtpu::search {

/// Many searches from random states: restart i anneals on group i modulo the number of groups.
struct SearchPlan {
  net::Shape shape;
  std::vector<BlockGroup> groups;
  int restarts = 1;
  AnnealOptions anneal;
  FlowOptions flow = {.gap = 0.002, .iterations = 250, .keep_split = false};  ///< evaluates the state of each restart
  std::uint64_t seed = 1;
};

struct Found {
  SymmetricState state;
  double throughput = 0;  ///< of a balanced flow
  double dual_bound = 0;
  int restart = 0;
};

/// The result of one restart. It does not depend on the other restarts of the plan.
Result<Found> restart(const SearchPlan& plan, int index, const std::function<bool()>& stop = {});

/// Runs the plan over cores and processes by sweep::run. Returns all known restarts, highest throughput first; the
/// result does not depend on the number of cores and processes. Error: see sweep::run.
Result<std::vector<Found>> search_states(const SearchPlan& plan, const sweep::Options& options);

}  // namespace vtpu::search
