#pragma once
#include <cstdint>
#include <span>

namespace vtpu::net::workload {

/// Observations of one of several equal stretches of a run.
struct Batch {
  std::uint64_t count = 0;
  double sum = 0;
  void add(double value) {
    ++count;
    sum += value;
  }
};

/// A mean and half its 95 % interval.
struct MeanInterval {
  double mean = 0;
  double half_width = 0;
};

/// The mean over all observations, its interval from the means of the batches that are not empty, which hardly depend
/// on each other where single observations do; no interval for fewer than two. Source: Law and Kelton, "Simulation
/// Modeling and Analysis", 3rd edition, 2000, section 9.5.3.
MeanInterval batch_means(std::span<const Batch> batches);

/// Whether the later half of the batches has a mean more than 1.5 times that of the earlier, as where queues build up.
bool grows(std::span<const Batch> batches);

}  // namespace vtpu::net::workload
