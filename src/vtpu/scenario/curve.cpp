#include "vtpu/scenario/curve.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>

namespace vtpu::scenario {
namespace {

/// Combines the progress of several points for one watch.
class CombinedProgress {
 public:
  CombinedProgress(std::size_t points, const net::workload::Watch& watch) : done_(points, 0.0), watch_(watch) {}

  net::workload::Watch of(std::size_t point) {
    return [this, point](double done) {
      const std::lock_guard lock(mutex_);
      done_[point] = done;
      const double all = std::accumulate(done_.begin(), done_.end(), 0.0) / static_cast<double>(done_.size());
      if (!stopped_ && watch_ && !watch_(all)) stopped_ = true;
      return !stopped_;
    };
  }
  bool stopped() const { return stopped_; }

 private:
  std::mutex mutex_;
  std::vector<double> done_;
  const net::workload::Watch& watch_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace

Result<Curve> run_curve(const std::vector<double>& loads, int threads, const Point& point,
                        const net::workload::Watch& watch) {
  std::vector<std::optional<Result<net::workload::SteadyState>>> found(loads.size());
  CombinedProgress progress(loads.size(), watch);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    // From the highest load down: it takes longest, so starting it last would leave one thread busy alone.
    for (std::size_t taken = next++; taken < loads.size() && !progress.stopped(); taken = next++) {
      const std::size_t i = loads.size() - 1 - taken;
      const net::workload::Watch mine = progress.of(i);
      found[i] = point(loads[i], mine);
      static_cast<void>(mine(1));
    }
  };
  const std::size_t cores = threads > 0 ? static_cast<std::size_t>(threads) : std::thread::hardware_concurrency();
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min(cores, loads.size()); ++i) others.emplace_back(work);
  work();
  others.clear();

  Curve curve;
  curve.interrupted = progress.stopped();
  for (auto& each : found) {
    if (each && each->ok())
      curve.points.push_back(std::move(**each));
    else if (each && !curve.interrupted)
      return each->error();
  }
  return curve;
}

}  // namespace vtpu::scenario
