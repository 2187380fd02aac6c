#pragma once
#include <chrono>

namespace vtpu::command {

/// Shows the progress of a run on standard error where that is a terminal: part done, rate, time left.
class Meter {
 public:
  Meter();
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  /// `done`: 0..1. Where it falls, another step of the work begins, and rate and time left are those of that step.
  void show(double done);
  bool terminal() const { return terminal_; }

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  bool printed_ = false;
  double done_ = 0;
  Clock::time_point begin_;
  Clock::time_point last_;
};

}  // namespace vtpu::command
