#include "vtpu/net/workload/batch_means.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace vtpu::net::workload {

namespace {

/// 97.5 % point of Student's t distribution.
double student_t(std::size_t degrees_of_freedom) {
  constexpr std::array<double, 30> kPoints = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                              2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                              2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  return degrees_of_freedom <= kPoints.size() ? kPoints[degrees_of_freedom - 1] : 1.96;
}

std::optional<double> mean(std::span<const Batch> batches) {
  Batch all;
  for (const Batch& batch : batches) {
    all.count += batch.count;
    all.sum += batch.sum;
  }
  if (all.count == 0) return std::nullopt;
  return all.sum / static_cast<double>(all.count);
}

std::span<const Batch> earlier_half(std::span<const Batch> batches) { return batches.first(batches.size() / 2); }
std::span<const Batch> later_half(std::span<const Batch> batches) { return batches.subspan(batches.size() / 2); }

}  // namespace

MeanInterval batch_means(std::span<const Batch> batches) {
  std::size_t filled = 0;
  double sum = 0;
  double squares = 0;
  for (const Batch& batch : batches) {
    if (batch.count == 0) continue;
    const double of_batch = batch.sum / static_cast<double>(batch.count);
    ++filled;
    sum += of_batch;
    squares += of_batch * of_batch;
  }
  MeanInterval interval{mean(batches), std::nullopt};
  if (filled >= 2) {
    const auto n = static_cast<double>(filled);
    const double variance = std::max(0.0, (squares - sum * sum / n) / (n - 1));
    interval.half_width = student_t(filled - 1) * std::sqrt(variance / n);
  }
  return interval;
}

bool fills_both_halves(std::span<const Batch> batches) {
  return mean(earlier_half(batches)).has_value() && mean(later_half(batches)).has_value();
}

bool grows(std::span<const Batch> batches) {
  return fills_both_halves(batches) && *mean(later_half(batches)) > 1.5 * *mean(earlier_half(batches));
}

}  // namespace vtpu::net::workload
