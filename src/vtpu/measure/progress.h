#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace vtpu::measure {

/// Reports the progress and the remaining time of long work on standard error. On a terminal it rewrites one line;
/// elsewhere it prints a line at most every 15 seconds, so that logs stay short.
class Progress {
 public:
  /// `label` names the work; `total` is its number of steps, ≥ 1.
  Progress(std::string label, std::size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Counts one step as done; `now_at` names the next one.
  void step(const std::string& now_at = "");

 private:
  void print(const std::string& now_at);

  std::string label_;
  std::size_t total_;
  std::size_t done_ = 0;
  bool terminal_;
  bool printed_ = false;
  std::int64_t begin_ns_;  ///< of the steady clock, whose header is too long for this one
  std::int64_t last_print_ns_;
};

/// Seconds in the form "8 s", "3 min 20 s" or "1 h 05 min".
std::string duration_text(double seconds);

}  // namespace vtpu::measure
