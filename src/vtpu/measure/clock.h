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

/// Runs `links` dependent register additions, each of one cycle's latency, rounded up to a whole block of 100.
/// Error: a processor for which the project has no such chain.
Result<void> run_add_chain(std::uint64_t links);

/// Runs `adds` additions to eight registers that do not wait for each other, rounded up to a whole block of 160: as
/// many in a cycle as the core can. Error: as `run_add_chain`.
Result<void> run_independent_adds(std::uint64_t adds);

/// The clock this core runs at now, in GHz, from the least of three times of a long chain of dependent additions:
/// interruptions only ever add time. Takes about 0.1 ms. Error: as `run_add_chain`.
Result<double> core_ghz();

/// Ticks of the time-stamp counter per ns over `seconds` of waiting. Error: a processor without one.
Result<double> time_stamp_ghz(double seconds);

/// Whether the kernel lets this process count its cycles (`perf_event_open`).
bool hardware_counters_granted();

/// When a sample between two calibrations counts.
struct SteadyRule {
  double tolerance = 0.02;  ///< largest difference of the two, as a share of the smaller
  int attempts = 10;        ///< samples taken before it is given up
};

/// What came of one sample taken under a `SteadyRule`.
struct SteadySample {
  std::optional<double> ns;   ///< empty when every attempt was thrown away
  double ghz = 0;             ///< mean of the two calibrations around the kept sample
  std::size_t discarded = 0;  ///< samples thrown away
};

/// Takes `elapsed_ns()` between two calls of `calibrate_ghz()`, again until the two agree. `prepare` runs before each
/// attempt, outside of both.
SteadySample sample_while_steady(const std::function<void()>& prepare, const std::function<double()>& calibrate_ghz,
                                 const std::function<double()>& elapsed_ns, const SteadyRule& rule = {});

/// Times pieces of work in nanoseconds and in core cycles. Cycles are the hardware's own count where the kernel grants
/// it, else elapsed time × the core clock calibrated right before and right after.
class CycleClock {
 public:
  /// Error: neither a granted counter nor a processor with an addition chain.
  static Result<CycleClock> open();

  CycleClock(CycleClock&&) noexcept;
  ~CycleClock();

  CycleSource source() const;

  /// Runs `prepare` untimed and `work` timed; both again for each sample thrown away. Empty when the core clock kept
  /// changing through every attempt. The reading of the clocks (about 50 ns) is part of the time: let `work` take at
  /// least some 50 µs.
  std::optional<Timing> time(const std::function<void()>& work, const std::function<void()>& prepare = {});

  /// Samples thrown away so far because the clock changed by more than 2 %.
  std::size_t discarded() const { return discarded_; }

 private:
  class Counters;
  explicit CycleClock(std::unique_ptr<Counters> counters);

  std::unique_ptr<Counters> counters_;  ///< none: calibrated time
  std::size_t discarded_ = 0;
};

}  // namespace vtpu::measure
