#include "vtpu/net/flit/message_schedule.h"

#include <algorithm>
#include <cmath>

namespace vtpu::net::flit {

MessageSchedule::MessageSchedule(const workload::Workload& workload, double cycle_ns)
    : workload_(workload),
      cycle_ns_(cycle_ns),
      waits_for_(static_cast<std::size_t>(workload.size())),
      followers_(workload) {
  for (int message = 0; message < workload.size(); ++message)
    waits_for_[static_cast<std::size_t>(message)] = static_cast<int>(workload.after(message).size());
  for (int message = 0; message < workload.size(); ++message)
    if (waits_for_[static_cast<std::size_t>(message)] == 0) push(message, 0);
}

/// A time within rounding error of a whole number of cycles is not rounded up.
std::uint64_t MessageSchedule::cycles(double ns) const {
  const double exact = ns / cycle_ns_;
  const double nearest = std::round(exact);
  return static_cast<std::uint64_t>(std::abs(exact - nearest) <= 1e-9 * nearest ? nearest : std::ceil(exact));
}

void MessageSchedule::push(int message, std::uint64_t cycle_of_last) {
  const workload::Message& what = workload_.message(message);
  ready_.emplace(std::max(cycles(what.not_before_ns), cycle_of_last + cycles(what.compute_ns)), message);
}

int MessageSchedule::pop() {
  const int message = ready_.top().second;
  ready_.pop();
  return message;
}

void MessageSchedule::done(int message, std::uint64_t cycle) {
  for (const int follower : followers_.of(message))
    if (--waits_for_[static_cast<std::size_t>(follower)] == 0) push(follower, cycle);
}

}  // namespace vtpu::net::flit
