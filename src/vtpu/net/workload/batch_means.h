#pragma once
#include <cstdint>
#include <optional>
#include <span>

namespace vtpu::net::workload {

/// Observations in one of several equal intervals of a run.
struct Batch {
  std::uint64_t count = 0;
  double sum = 0;
  void add(double value) {
    ++count;
    sum += value;
  }
};

/// A mean and half of its 95 % interval; each is empty where there are too few observations for it.
struct MeanInterval {
  std::optional<double> mean;
  std::optional<double> half_width;
};

/// The mean over all observations. Its interval comes from the means of the non-empty batches, which are nearly
/// independent, unlike single observations. There is no interval for fewer than two batches. Source: Law and Kelton,
/// "Simulation Modeling and Analysis", 3rd edition, 2000, section 9.5.3.
MeanInterval batch_means(std::span<const Batch> batches);

/// Whether both halves of the batches hold observations. Otherwise nothing can be said about growth.
bool fills_both_halves(std::span<const Batch> batches);

/// Whether the mean of the later half of the batches is more than 1.5 times that of the earlier half, as when queues
/// grow. False if a half has no observations.
bool grows(std::span<const Batch> batches);

}  // namespace vtpu::net::workload
