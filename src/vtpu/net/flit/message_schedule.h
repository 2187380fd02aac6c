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

/// The cycles at which the messages of a workload may be sent. Times of the workload are rounded up to whole cycles.
class MessageSchedule {
 public:
  /// `workload` must outlive this object.
  MessageSchedule(const workload::Workload& workload, double cycle_ns);

  bool empty() const { return ready_.empty(); }
  /// The cycle from which the next message may be sent; not empty().
  std::uint64_t next_cycle() const { return ready_.top().first; }
  /// Removes and returns that message; of several in one cycle, the one with the lowest number.
  int pop();
  /// Marks a message as delivered or lost: its followers have one dependency less.
  void done(int message, std::uint64_t cycle);

 private:
  using Ready = std::pair<std::uint64_t, int>;  // cycle, message
  std::uint64_t cycles(double ns) const;
  void push(int message, std::uint64_t cycle_of_last);

  const workload::Workload& workload_;
  double cycle_ns_;
  std::vector<int> waits_for_;  // by message: number of open dependencies
  workload::Followers followers_;
  std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready_;
};

}  // namespace vtpu::net::flit
