#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "vtpu/base/result.h"
#include "vtpu/measure/cycle_source.h"
#include "vtpu/measure/disturbance.h"

namespace vtpu::measure {

/// One timed piece of work.
struct Timing {
  double ns = 0;
  double cycles = 0;
  double instructions = 0;    ///< retired in user mode; 0 where the kernel grants no counter
  double adds_per_cycle = 0;  ///< the smaller one of the two calibrations around the work
  bool disturbed = false;     ///< every attempt was; this is the last one
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

/// The present speed of this core: each rate from the middle one of several short runs. Takes about 30 µs.
/// Error: as run_add_chain.
Result<Calibration> calibrate();

/// Independent additions per cycle that this core reaches while nothing else shares it: what nine of ten calibrations
/// within `seconds` stay below. A sibling thread that is busy all the time goes unnoticed. Error: as run_add_chain.
Result<double> undisturbed_adds_per_cycle(double seconds);

/// The outcome of one timing taken under a `SteadyRule`: the attempt that nothing disturbed, or the last one.
struct SteadyTiming {
  double ns = 0;
  double ghz = 0;            ///< mean of the two calibrations around the kept timing
  double adds_per_cycle = 0;  ///< the smaller one of both
  bool disturbed() const { return tally.kept == 0; }
  Tally tally;               ///< of all attempts
};

/// Calls `elapsed()` between two calls of `calibrated()`, and repeats this while anything disturbed it. `prepare` runs
/// before each attempt and is not timed.
SteadyTiming time_while_steady(const std::function<void()>& prepare, const std::function<Calibration()>& calibrated,
                               const std::function<Elapsed()>& elapsed, const SteadyRule& rule);

/// Times pieces of work in nanoseconds and in core cycles, each between two calibrations. Cycles come from the hardware
/// counter where the kernel grants it; otherwise they are elapsed time × the calibrated clock.
class CycleClock {
 public:
  /// `adds_per_cycle`: from undisturbed_adds_per_cycle, over longer than a short-lived clock should take; 0: the clock
  /// finds it out in 5 ms. Error: neither a granted counter nor a processor with an addition chain.
  static Result<CycleClock> open(double adds_per_cycle = 0);

  CycleClock(CycleClock&&) noexcept;
  ~CycleClock();

  CycleSource source() const;

  /// Runs `prepare` untimed and `work` timed, and repeats both while anything disturbs the timing. The time includes
  /// reading the clock (about 50 ns), so `work` should take at least 50 µs. Long work is more likely to be disturbed, and
  /// less likely to be found out.
  /// `waits`: the work waits for other threads, so that a thread without the processor is no disturbance.
  Timing time(const std::function<void()>& work, const std::function<void()>& prepare = {}, bool waits = false);

  /// All attempts so far.
  const Tally& tally() const { return tally_; }
  double adds_per_cycle() const { return rule_.adds_per_cycle; }

 private:
  class Counters;
  CycleClock(std::unique_ptr<Counters> counters, const SteadyRule& rule);

  std::unique_ptr<Counters> counters_;  ///< null: calibrated time
  SteadyRule rule_;
  Tally tally_;
};

}  // namespace vtpu::measure
