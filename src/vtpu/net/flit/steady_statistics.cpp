#include "vtpu/net/flit/steady_statistics.h"

#include <algorithm>
#include <cstddef>

namespace vtpu::net::flit {
namespace {

constexpr std::size_t kLongest = 1 << 20;  // in cycles; stable runs stay far below

}  // namespace

SteadyStatistics::SteadyStatistics(std::uint64_t begin, int period, int batches)
    : begin_(begin), period_(static_cast<std::uint64_t>(period)), batches_(static_cast<std::size_t>(batches)) {}

void SteadyStatistics::add(const Delivery& packet, std::uint64_t now) {
  const std::uint64_t latency = now - packet.created;
  batches_[(packet.created - begin_) / period_].add(static_cast<double>(latency));
  network_latency_ += static_cast<double>(now - packet.injected);
  hops_ += packet.hops;
  const std::size_t bin = std::min<std::uint64_t>(latency, kLongest);
  if (bin >= counts_.size()) counts_.resize(bin + 1);
  ++counts_[bin];
}

void SteadyStatistics::report(workload::SteadyState& state) const {
  for (const workload::Batch& batch : batches_) state.packets += batch.count;
  if (state.packets == 0) return;
  const auto packets = static_cast<double>(state.packets);
  const workload::MeanInterval latency = workload::batch_means(batches_);
  state.latency = latency.mean;
  state.latency_half_width = latency.half_width;
  state.network_latency = network_latency_ / packets;
  state.hops = hops_ / packets;
  std::uint64_t below = 0;
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) {
    below += counts_[bin];
    if (static_cast<double>(below) < 0.99 * packets) continue;
    state.latency_p99 = static_cast<double>(bin);
    break;
  }
}

}  // namespace vtpu::net::flit
