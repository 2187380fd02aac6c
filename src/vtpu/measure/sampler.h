#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/cycle_source.h"
#include "vtpu/measure/disturbance.h"
#include "vtpu/measure/statistics.h"

namespace vtpu::measure {

/// One of several pieces of work that are timed against each other.
struct Alternative {
  std::string name;
  double work = 1;                ///< units of one run: elements, bytes, operations
  std::function<void()> run;      ///< timed; should take 50 µs to 100 µs
  std::function<void()> prepare;  ///< untimed, before every run; may be empty
  bool waits = false;             ///< for other threads: less processor time than wall time is no disturbance
};

/// Code or data that each sampling process makes again, so that its place in memory varies between samples: an
/// alternative's `prepare` calls that of this object, and the parent calls neither, unless SamplingRule::one_place is
/// set.
template <class T>
class InEachProcess {
 public:
  explicit InEachProcess(std::function<T()> make) : make_(std::move(make)) {}
  /// Makes it, once.
  void prepare() {
    if (!made_) made_.emplace(make_());
  }
  T& operator*() { return *made_; }
  T* operator->() { return &*made_; }

 private:
  std::function<T()> make_;
  std::optional<T> made_;
};

/// Processes of a quick run in experiments that take long: the 95 % interval of the median then reaches from the third
/// to the tenth sample.
inline constexpr std::size_t kQuickProcesses = 12;

/// When to stop sampling, and where to run.
struct SamplingRule {
  std::size_t least = 20;    ///< processes at least
  std::size_t most = 60;     ///< processes at most
  std::size_t rounds = 3;    ///< visits to every alternative in each process
  std::size_t repeats = 3;   ///< timings of a short alternative in each visit, after one that warms the caches again
  double half_width = 0.03;  ///< of the 95 % interval, as a share of the median, below which an alternative is settled
  double seconds = 60;       ///< after this time no new process starts, once `least` have run
  std::uint64_t seed = 1;    ///< of the orders and of the memory layouts
  int cpu = -1;              ///< processor to run on; -1: the last one that this process may use
  bool one_place = false;    ///< code and data are made once, for all processes; to show what this would hide
};

/// The samples of one alternative. A sample is the median of one process's timings.
struct Sampled {
  std::string name;
  double work = 1;
  CycleSource source = CycleSource::calibrated_time;
  std::vector<double> ns;            ///< per run
  std::vector<double> cycles;        ///< per run
  std::vector<double> instructions;  ///< per run; zeros if there is no counter
  Tally tally;                       ///< timings of all alternatives together
  bool settled = false;              ///< within the half-width when sampling stopped
  std::string stopped;               ///< why sampling stopped, in words

  Estimate ns_per_unit() const;
  Estimate cycles_per_unit() const;
  Estimate units_per_ns() const;  ///< GB/s if the unit is a byte
  Estimate units_per_cycle() const;
};

/// The samples of the alternative of that name, which exists (an invariant).
const Sampled& named(const std::vector<Sampled>& all, const std::string& name);

/// Whether the interval's half-width is within `share` of the value.
bool settled(const Estimate& estimate, double share);

/// Makes the alternatives. Each process calls it, so that the addresses of their data vary between samples. Data too
/// large for any cache may be captured: child processes inherit it.
using MakeAlternatives = std::function<std::vector<Alternative>()>;

/// Samples the alternatives in processes of their own, one after the other. Each shifts its stack and its memory by a
/// random amount, pins itself, makes the alternatives, runs each once untimed, and times all of them in `rounds`
/// rounds, each in a fresh random order; the median of an alternative's timings is one sample. New processes follow
/// until every alternative is settled, or the cap or the time limit is reached. The program's code stays where it was
/// loaded. The caller has only one thread.
/// Timings that something disturbed (disturbance.h) are discarded and repeated. So are all timings of a process whose
/// core was slower throughout than in another process. If six times the cap, or twice the cap and the time limit, give
/// fewer than `least` undisturbed processes, the samples are those of all processes, `tally.unmeasurable` is 1, and the
/// method text says "not measurable now" and what disturbed the timings.
/// Error: a process that ended early.
Result<std::vector<Sampled>> sample_in_processes(const MakeAlternatives& make, const SamplingRule& rule);

class Run;
/// The same for an experiment, whose run counts the timings.
Result<std::vector<Sampled>> sample_in_processes(Run& run, const MakeAlternatives& make, const SamplingRule& rule);

/// Makes the compiler compute `value`, although nothing reads it.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace vtpu::measure
