#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "vtpu/base/result.h"
#include "vtpu/measure/cycle_source.h"

namespace vtpu::measure {

/// One timed piece of work.
struct Timing {
  double ns = 0;
  double cycles = 0;
  double instructions = 0;  ///< retired in user mode; 0 where the kernel grants no counter
};

/// Runs `links` dependent register additions of one cycle's latency each, rounded up to a multiple of 100.
/// Error: the project has no such chain for this processor.
Result<void> run_add_chain(std::uint64_t links);

/// Runs `adds` independent additions to eight registers, rounded up to a multiple of 160: the core executes as many in
/// each cycle as it can. Error: as run_add_chain.
Result<void> run_independent_adds(std::uint64_t adds);

/// The present clock frequency of this core in GHz, from the shortest of three timings of a long chain of dependent
/// additions; an interruption can only lengthen a timing. Takes about 0.1 ms. Error: as run_add_chain.
Result<double> core_ghz();

/// Ticks of the time-stamp counter per ns, measured over `seconds` of waiting. Error: a processor without one.
Result<double> time_stamp_ghz(double seconds);

/// Whether the kernel lets this process count its cycles (`perf_event_open`).
bool hardware_counters_granted();

/// When a sample between two calibrations is valid.
struct SteadyRule {
  double tolerance = 0.02;  ///< largest difference of the two, as a share of the smaller one
  int attempts = 10;        ///< samples taken at most
};

/// The outcome of one sample taken under a `SteadyRule`.
struct SteadySample {
  std::optional<double> ns;   ///< empty if every attempt was discarded
  double ghz = 0;             ///< mean of the two calibrations around the kept sample
  std::size_t discarded = 0;  ///< discarded attempts
};

/// Calls `elapsed_ns()` between two calls of `calibrate_ghz()`, and repeats this until the two agree. `prepare` runs
/// before each attempt and is not timed.
SteadySample sample_while_steady(const std::function<void()>& prepare, const std::function<double()>& calibrate_ghz,
                                 const std::function<double()>& elapsed_ns, const SteadyRule& rule = {});

/// Times pieces of work in nanoseconds and in core cycles. Cycles come from the hardware counter where the kernel
/// grants it; otherwise they are elapsed time × the core clock, calibrated immediately before and after.
class CycleClock {
 public:
  /// Error: neither a granted counter nor a processor with an addition chain.
  static Result<CycleClock> open();

  CycleClock(CycleClock&&) noexcept;
  ~CycleClock();

  CycleSource source() const;

  /// Runs `prepare` untimed and `work` timed, and repeats both for each discarded sample. Empty if the core clock
  /// changed during every attempt. The time includes reading the clocks (about 50 ns), so `work` should take at least
  /// 50 µs.
  std::optional<Timing> time(const std::function<void()>& work, const std::function<void()>& prepare = {});

  /// Samples discarded so far because the clock changed by more than 2 %.
  std::size_t discarded() const { return discarded_; }

 private:
  class Counters;
  explicit CycleClock(std::unique_ptr<Counters> counters);

  std::unique_ptr<Counters> counters_;  ///< null: calibrated time
  std::size_t discarded_ = 0;
};

}  // namespace vtpu::measure
