#pragma once
#include <functional>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/workload/steady.h"
#include "vtpu/net/workload/watch.h"

namespace vtpu::scenario {

/// Simulates one load of a curve; any thread may call it and its watch.
using Point = std::function<Result<net::workload::SteadyState>(double load, const net::workload::Watch& watch)>;

struct Curve {
  std::vector<net::workload::SteadyState> points;  ///< finished points, in the order of loads
  bool interrupted = false;
};

/// Simulates every load, `threads` at a time (0: the number of cores). Points are independent, so the curve is the same
/// for any number of threads. `watch` receives the share of the work that is done and is called by one thread at a
/// time. Error: that of the first point that failed.
Result<Curve> run_curve(const std::vector<double>& loads, int threads, const Point& point,
                        const net::workload::Watch& watch);

}  // namespace vtpu::scenario
