#pragma once
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "vtpu/measure/progress.h"

namespace vtpu::command {

/// How far a run has come, on standard error where that is a terminal: part done, rate, time left.
class Meter {
 public:
  Meter() : terminal_(::isatty(STDERR_FILENO) == 1), begin_(Clock::now()), last_(begin_) {}
  ~Meter() {
    if (printed_) std::fputs("\r\033[K", stderr);
  }
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  /// `done`: 0..1.
  void show(double done) {
    const Clock::time_point now = Clock::now();
    if (!terminal_ || done <= 0 || now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    printed_ = true;
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    fmt::print(stderr, "\r\033[K  {:.1f} %, {:.2f} % a second, {} left", 100 * done, 100 * done / seconds,
               measure::duration_text(seconds / done * (1 - done)));
    std::fflush(stderr);
  }
  bool terminal() const { return terminal_; }

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  bool printed_ = false;
  Clock::time_point begin_;
  Clock::time_point last_;
};

}  // namespace vtpu::command
