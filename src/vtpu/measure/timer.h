#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/clock.h"
#include "vtpu/measure/sampler.h"

namespace vtpu::measure {

/// Times the alternatives in one process.
class Timer {
 public:
  virtual ~Timer() = default;
  /// One timed run after its preparation.
  virtual Timing time(const Alternative& alternative) = 0;
  virtual CycleSource source() const = 0;
  virtual const Tally& tally() const = 0;
};

/// The clock of clock.h as a timer. Arguments and errors: as `CycleClock::open`.
Result<std::unique_ptr<Timer>> make_clock_timer(double adds_per_cycle = 0);
using MakeTimer = std::function<Result<std::unique_ptr<Timer>>()>;

/// As above, with another timer; `make_timer` is called in every process.
Result<std::vector<Sampled>> sample_in_processes(const MakeAlternatives& make, const SamplingRule& rule,
                                                 const MakeTimer& make_timer);

}  // namespace vtpu::measure
