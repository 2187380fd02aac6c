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

  /// `done`: 0..1.
  void show(double done);
  bool terminal() const { return terminal_; }

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  bool printed_ = false;
  Clock::time_point begin_;
  Clock::time_point last_;
};

}  // namespace vtpu::command
