#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::net::workload {

/// Chips that create a packet in each cycle with a fixed probability, into unbounded queues. Only a chip's next packet
/// is stored. The packets after it are drawn on demand, so that an overloaded chip needs no memory for its queue. Times
/// and packets come from separate random streams per chip; the packets of a chip are the same at every load. Where
/// packets are rare, the time of the next one is drawn at once, so that idle time costs nothing.
class BernoulliSources {
 public:
  /// `offered`: flits/cycle, 0..1, of a chip at the traffic's full rate. `traffic` must outlive this object.
  BernoulliSources(const Traffic& traffic, double offered, int packet_flits, const Random& random);

  /// Creation times of the chips' next packets, by chip; the largest number for a chip that creates none.
  const IndexedVector<Chip, std::uint64_t>& next() const { return next_; }
  /// Whether every packet created before `cycle` has been taken.
  bool all_taken_before(std::uint64_t cycle) const;
  Chip draw_destination(Chip chip) { return traffic_.destination(chip, packets_[chip]); }
  Random& random(Chip chip) { return packets_[chip]; }
  /// Removes the chip's next packet.
  void advance(Chip chip);

 private:
  const Traffic& traffic_;
  IndexedVector<Chip, double> probability_;  // probability of a packet in a cycle
  IndexedVector<Chip, Random> times_;
  IndexedVector<Chip, Random> packets_;
  IndexedVector<Chip, std::uint64_t> next_;
};

}  // namespace vtpu::net::workload
