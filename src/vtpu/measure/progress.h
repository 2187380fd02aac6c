#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace vtpu::measure {

/// Says on standard error how far a long piece of work has come and how long it will still take. On a terminal one line
/// is rewritten; elsewhere a line is printed at most every 15 seconds, so that logs stay short.
class Progress {
 public:
  /// `label` names the work; `total` counts its steps, ≥ 1.
  Progress(std::string label, std::size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// One more step is done; `now_at` says what comes next.
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

/// Seconds as a person says them: "8 s", "3 min 20 s", "1 h 05 min".
std::string duration_text(double seconds);

}  // namespace vtpu::measure
