#pragma once
#include <functional>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/workload/steady.h"
#include "vtpu/net/workload/watch.h"

namespace vtpu::scenario {

/// One load of a curve; the watch it is given may be called by any thread.
using Point = std::function<Result<net::workload::SteadyState>(double load, const net::workload::Watch& watch)>;

struct Curve {
  std::vector<net::workload::SteadyState> points;  ///< in the order of loads, those that were finished
  bool interrupted = false;
};

/// Simulates every load, `threads` of them at a time (0: as many as there are cores). Each point knows nothing of the
/// others, so the curve is the same for every number of threads. `watch` is told the part of all that is done and is
/// called by one thread at a time. Error: the first point's that failed.
Result<Curve> run_curve(const std::vector<double>& loads, int threads, const Point& point,
                        const net::workload::Watch& watch);

}  // namespace vtpu::scenario
