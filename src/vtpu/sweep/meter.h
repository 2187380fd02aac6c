#pragma once
#include <chrono>
#include <string>

namespace vtpu::sweep {

/// Shows the progress of a sweep on one line of standard error where that is a terminal: items, rate, time left.
class Meter {
 public:
  /// `known`: items of `all` that are already done.
  Meter(bool wanted, int known, int all);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  /// `done`: items done since construction. `begun`: what is done of the others, in items.
  void show(int done, double begun = 0);

 private:
  using Clock = std::chrono::steady_clock;

  bool shown_;
  bool printed_ = false;
  int known_;
  int all_;
  Clock::time_point begin_;
  Clock::time_point last_;
};

/// "0:07", "12:00", "3:05:00".
std::string clock_text(double seconds);

}  // namespace vtpu::sweep
