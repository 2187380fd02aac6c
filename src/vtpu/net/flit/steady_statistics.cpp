#include "vtpu/net/flit/steady_statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace vtpu::net {
namespace {

constexpr std::size_t kLongest = 1 << 20;  // cycles; a stable run has no such latencies

/// 97.5 % point of Student's t distribution.
double student_t(std::size_t degrees_of_freedom) {
  constexpr std::array<double, 30> kPoints = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                              2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                              2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  return degrees_of_freedom <= kPoints.size() ? kPoints[degrees_of_freedom - 1] : 1.96;
}

}  // namespace

SteadyStatistics::SteadyStatistics(std::uint64_t begin, int period, int batches)
    : begin_(begin), period_(static_cast<std::uint64_t>(period)), batches_(static_cast<std::size_t>(batches)) {}

void SteadyStatistics::add(const FlitDelivery& packet, std::uint64_t now) {
  const std::uint64_t latency = now - packet.created;
  Batch& batch = batches_[(packet.created - begin_) / period_];
  ++batch.packets;
  batch.latency += static_cast<double>(latency);
  network_latency_ += static_cast<double>(now - packet.injected);
  hops_ += packet.hops;
  const std::size_t bin = std::min<std::uint64_t>(latency, kLongest);
  if (bin >= counts_.size()) counts_.resize(bin + 1);
  ++counts_[bin];
}

bool SteadyStatistics::growing() const {
  const auto middle = batches_.begin() + static_cast<std::ptrdiff_t>(batches_.size() / 2);
  const auto mean = [](auto from, auto to) {
    Batch sum;
    for (; from != to; ++from) {
      sum.packets += from->packets;
      sum.latency += from->latency;
    }
    return sum.packets == 0 ? 0 : sum.latency / static_cast<double>(sum.packets);
  };
  return mean(middle, batches_.end()) > 1.5 * mean(batches_.begin(), middle);
}

void SteadyStatistics::report(SteadyState& state) const {
  double latency = 0;
  std::size_t filled = 0;
  double sum = 0;
  double squares = 0;
  for (const Batch& batch : batches_) {
    state.packets += batch.packets;
    latency += batch.latency;
    if (batch.packets == 0) continue;
    const double mean = batch.latency / static_cast<double>(batch.packets);
    ++filled;
    sum += mean;
    squares += mean * mean;
  }
  if (state.packets == 0) return;
  const auto packets = static_cast<double>(state.packets);
  state.latency = latency / packets;
  state.network_latency = network_latency_ / packets;
  state.hops = hops_ / packets;
  if (filled >= 2) {
    const auto n = static_cast<double>(filled);
    const double variance = std::max(0.0, (squares - sum * sum / n) / (n - 1));
    state.latency_half_width = student_t(filled - 1) * std::sqrt(variance / n);
  }
  std::uint64_t below = 0;
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) {
    below += counts_[bin];
    if (static_cast<double>(below) < 0.99 * packets) continue;
    state.latency_p99 = static_cast<double>(bin);
    break;
  }
}

}  // namespace vtpu::net
