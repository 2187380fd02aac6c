#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "vtpu/net/workload/followers.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::flit {

/// When the messages of a workload may be sent, in whole cycles, which times of the workload are rounded up to.
class MessageSchedule {
 public:
  /// `workload` outlives this.
  MessageSchedule(const workload::Workload& workload, double cycle_ns);

  bool empty() const { return ready_.empty(); }
  /// The cycle from which the next message may be sent; not empty().
  std::uint64_t next_cycle() const { return ready_.top().first; }
  /// That message; of those of one cycle the one with the lowest number.
  int pop();
  /// A message has arrived, or was found to be lost: those that come after it have one less to wait for.
  void done(int message, std::uint64_t cycle);

 private:
  using Ready = std::pair<std::uint64_t, int>;  // cycle, message
  std::uint64_t cycles(double ns) const;
  void push(int message, std::uint64_t cycle_of_last);

  const workload::Workload& workload_;
  double cycle_ns_;
  std::vector<int> waits_for_;  // by message: how many it still comes after
  workload::Followers followers_;
  std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready_;
};

}  // namespace vtpu::net::flit
