#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::net::workload {

/// Chips that create a packet in each cycle with a fixed probability, into queues without bound. Only the next packet
/// of a chip is held: those behind it are drawn when they are asked for, so an overloaded chip needs no memory for its
/// queue. Times and packets come from a stream of each chip's own, the packets of a chip are the same at every load.
class BernoulliSources {
 public:
  /// `offered`: flits a cycle, 0..1, of a chip with the traffic's full rate. `traffic` outlives this.
  BernoulliSources(const Traffic& traffic, double offered, int packet_flits, const Random& random);

  /// Creation times of the chips' next packets, by chip.
  const std::vector<std::uint64_t>& next() const { return next_; }
  /// Whether every packet created before `cycle` has been taken.
  bool all_taken_before(std::uint64_t cycle) const;
  int draw_destination(int chip) { return traffic_.destination(chip, packets_[at(chip)]); }
  Random& random(int chip) { return packets_[at(chip)]; }
  /// The chip's next packet has been taken.
  void advance(int chip);

 private:
  static std::size_t at(int index) { return static_cast<std::size_t>(index); }

  const Traffic& traffic_;
  std::vector<double> probability_;  // by chip, of a packet in a cycle
  std::vector<Random> times_;        // by chip
  std::vector<Random> packets_;      // by chip
  std::vector<std::uint64_t> next_;  // by chip
};

}  // namespace vtpu::net::workload
