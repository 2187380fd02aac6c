#include "vtpu/measure/clock.h"

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace vtpu::measure {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t kBlock = 100;                 // additions unrolled in one block of the chain
constexpr std::uint64_t kCalibrationLinks = 100'000;  // about 30 µs, long compared with reading the clock
constexpr int kCalibrations = 3;
constexpr std::uint64_t kShortLinks = 20'000, kShortAdds = 80'000;  // about 5 µs each

double ns_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double, std::nano>(SteadyClock::now() - begin).count();
}

#if !defined(__x86_64__)
Error no_chain() {
  return {"core clock", "found a processor without an addition chain", "x86-64, or hardware counters"};
}
#endif

/// A file descriptor of a kernel event counter; the destructor closes it.
class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

Descriptor open_counter(std::uint64_t event, int group) {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.size = sizeof attributes;
  attributes.config = event;
  attributes.disabled = group < 0 ? 1 : 0;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  attributes.read_format = PERF_FORMAT_GROUP;
  return Descriptor(static_cast<int>(::syscall(SYS_perf_event_open, &attributes, 0, -1, group, 0)));
}

/// Processor time and preemptions of the calling thread since construction.
class ThreadUse {
 public:
  Elapsed elapsed(double ns) const { return {ns, cpu_ns() - cpu_ns_, preemptions() - preemptions_}; }

 private:
  static double cpu_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
  }
  static std::uint64_t preemptions() {
    rusage use{};
    ::getrusage(RUSAGE_THREAD, &use);
    return static_cast<std::uint64_t>(use.ru_nivcsw);
  }

  std::uint64_t preemptions_ = preemptions();
  double cpu_ns_ = cpu_ns();
};

}  // namespace

/// Counts cycles, and instructions if a second counter is free, of the calling thread in user mode.
class CycleClock::Counters {
 public:
  /// Null if the kernel refuses, or if the counter stays at zero while work is done (some hypervisors).
  static std::unique_ptr<Counters> open() {
    auto counters = std::make_unique<Counters>();
    counters->cycles_ = open_counter(PERF_COUNT_HW_CPU_CYCLES, -1);
    if (counters->cycles_.get() < 0) return nullptr;
    counters->instructions_ = open_counter(PERF_COUNT_HW_INSTRUCTIONS, counters->cycles_.get());
    counters->start();
    volatile int spin = 0;
    while (spin < 1000) spin = spin + 1;
    return counters->stop().cycles > 0 ? std::move(counters) : nullptr;
  }

  void start() const {
    ::ioctl(cycles_.get(), PERF_EVENT_IOC_RESET, PERF_IOC_FLAG_GROUP);
    ::ioctl(cycles_.get(), PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
  }

  /// Counts since `start`, without a time.
  Timing stop() const {
    ::ioctl(cycles_.get(), PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
    std::uint64_t values[3] = {};  // number of counters, cycles, instructions
    if (::read(cycles_.get(), values, sizeof values) < static_cast<ssize_t>(2 * sizeof values[0])) return {};
    return {0, static_cast<double>(values[1]), instructions_.get() < 0 ? 0 : static_cast<double>(values[2])};
  }

 private:
  Descriptor cycles_;
  Descriptor instructions_;
};

const char* name_of(CycleSource source) {
  return source == CycleSource::hardware_counter ? "hardware cycle counter"
                                                 : "elapsed time x core clock calibrated by dependent adds";
}

Result<void> run_add_chain(std::uint64_t links) {
#if defined(__x86_64__)
  std::uint64_t sum = 0;
  std::uint64_t blocks = (links + kBlock - 1) / kBlock;
  const std::uint64_t step = 1;
  // Register plus register, because some cores execute additions of small constants during renaming, in zero cycles.
  asm volatile(
      "1:\n\t"
      ".rept 100\n\t"
      "add %[step], %[sum]\n\t"
      ".endr\n\t"
      "dec %[blocks]\n\t"
      "jnz 1b\n\t"
      : [sum] "+r"(sum), [blocks] "+r"(blocks)
      : [step] "r"(step)
      : "cc");
  return {};
#else
  static_cast<void>(links);
  return no_chain();
#endif
}

Result<void> run_independent_adds(std::uint64_t adds) {
#if defined(__x86_64__)
  std::uint64_t sums[8] = {};
  std::uint64_t blocks = (adds + 159) / 160;
  const std::uint64_t step = 1;
  asm volatile(
      "1:\n\t"
      ".rept 20\n\t"
      "add %[step], %0\n\t"
      "add %[step], %1\n\t"
      "add %[step], %2\n\t"
      "add %[step], %3\n\t"
      "add %[step], %4\n\t"
      "add %[step], %5\n\t"
      "add %[step], %6\n\t"
      "add %[step], %7\n\t"
      ".endr\n\t"
      "dec %[blocks]\n\t"
      "jnz 1b\n\t"
      : "+r"(sums[0]), "+r"(sums[1]), "+r"(sums[2]), "+r"(sums[3]), "+r"(sums[4]), "+r"(sums[5]), "+r"(sums[6]),
        "+r"(sums[7]), [blocks] "+r"(blocks)
      : [step] "r"(step)
      : "cc");
  return {};
#else
  static_cast<void>(adds);
  return no_chain();
#endif
}

Result<double> core_ghz() {
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kCalibrations; ++i) {
    const auto begin = SteadyClock::now();
    if (Result<void> ran = run_add_chain(kCalibrationLinks); !ran) return ran.error();
    least = std::min(least, ns_since(begin));
  }
  return static_cast<double>(kCalibrationLinks) / least;
}

Result<double> time_stamp_ghz(double seconds) {
#if defined(__x86_64__)
  const auto begin = SteadyClock::now();
  const std::uint64_t first = __rdtsc();
  while (ns_since(begin) < seconds * 1e9) {
  }
  const std::uint64_t last = __rdtsc();
  return static_cast<double>(last - first) / ns_since(begin);
#else
  static_cast<void>(seconds);
  return Error{"time-stamp counter", "found a processor that is not x86-64", "x86-64"};
#endif
}

bool hardware_counters_granted() {
  const Result<CycleClock> clock = CycleClock::open();
  return clock.ok() && clock->source() == CycleSource::hardware_counter;
}

Result<Calibration> calibrate() {
  std::array<double, kCalibrations> chain{}, adds{};
  for (std::size_t i = 0; i < kCalibrations; ++i) {
    auto begin = SteadyClock::now();
    if (Result<void> ran = run_add_chain(kShortLinks); !ran) return ran.error();
    chain[i] = ns_since(begin);
    begin = SteadyClock::now();
    if (Result<void> ran = run_independent_adds(kShortAdds); !ran) return ran.error();
    adds[i] = ns_since(begin);
  }
  // The middle run: an interruption makes one run too long, a change of frequency between the two kinds too short.
  std::sort(chain.begin(), chain.end());
  std::sort(adds.begin(), adds.end());
  const double cycle_ns = chain[kCalibrations / 2] / kShortLinks;
  return Calibration{1 / cycle_ns, kShortAdds * cycle_ns / adds[kCalibrations / 2]};
}

Result<double> undisturbed_adds_per_cycle(double seconds) {
  std::vector<double> found;
  for (const auto begin = SteadyClock::now(); found.empty() || ns_since(begin) < seconds * 1e9;) {
    const Result<Calibration> one = calibrate();
    if (!one) return one.error();
    found.push_back(one->adds_per_cycle);
  }
  const auto at = found.begin() + static_cast<std::ptrdiff_t>(found.size() * 9 / 10);
  std::nth_element(found.begin(), at, found.end());
  return *at;
}

SteadyTiming time_while_steady(const std::function<void()>& prepare, const std::function<Calibration()>& calibrated,
                               const std::function<Elapsed()>& elapsed, const SteadyRule& rule) {
  SteadyTiming timing;
  for (int attempt = 0; attempt < rule.attempts; ++attempt) {
    if (prepare) prepare();
    const Calibration before = calibrated();
    const Elapsed during = elapsed();
    const Calibration after = calibrated();
    timing.ns = during.ns;
    timing.ghz = (before.ghz + after.ghz) / 2;
    timing.adds_per_cycle = std::min(before.adds_per_cycle, after.adds_per_cycle);
    const auto disturbed = disturbance(before, during, after, rule);
    if (!disturbed) {
      timing.tally.kept = 1;
      break;
    }
    ++timing.tally[*disturbed];
    if (rule.pause_ms > 0) std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(rule.pause_ms));
  }
  return timing;
}

CycleClock::CycleClock(std::unique_ptr<Counters> counters, const SteadyRule& rule)
    : counters_(std::move(counters)), rule_(rule) {}
CycleClock::CycleClock(CycleClock&&) noexcept = default;
CycleClock::~CycleClock() = default;

Result<CycleClock> CycleClock::open(double adds_per_cycle) {
  std::unique_ptr<Counters> counters = Counters::open();
  if (adds_per_cycle == 0) {
    const Result<double> found = undisturbed_adds_per_cycle(0.005);
    if (!found && !counters) return found.error();
    adds_per_cycle = found.value_or(0);
  }
  return CycleClock(std::move(counters), SteadyRule{.adds_per_cycle = adds_per_cycle, .pause_ms = 1});
}

CycleSource CycleClock::source() const {
  return counters_ ? CycleSource::hardware_counter : CycleSource::calibrated_time;
}

Timing CycleClock::time(const std::function<void()>& work, const std::function<void()>& prepare, bool waits) {
  SteadyRule rule = rule_;
  if (waits) rule.lost = 2;
  Timing counted;
  const SteadyTiming timing = time_while_steady(
      // A processor without an addition chain has counters, and nothing that shows a busy sibling thread.
      prepare, [] { return calibrate().value_or({}); },
      [&] {
        const ThreadUse use;
        if (counters_) counters_->start();
        const auto begin = SteadyClock::now();
        work();
        const double ns = ns_since(begin);
        if (counters_) counted = counters_->stop();
        return use.elapsed(ns);
      },
      rule);
  tally_ += timing.tally;
  counted.ns = timing.ns;
  counted.adds_per_cycle = timing.adds_per_cycle;
  counted.disturbed = timing.disturbed();
  if (!counters_) counted.cycles = timing.ns * timing.ghz;
  return counted;
}

}  // namespace vtpu::measure
