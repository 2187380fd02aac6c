#include "vtpu/measure/sampler.h"

#include <alloca.h>
#include <fmt/core.h>
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/measure/child_process.h"
#include "vtpu/measure/memory_kernels.h"
#include "vtpu/measure/pin.h"
#include "vtpu/measure/timer.h"

namespace vtpu::measure {
namespace {

using Json = nlohmann::ordered_json;

class ClockTimer : public Timer {
 public:
  explicit ClockTimer(CycleClock clock) : clock_(std::move(clock)) {}
  std::optional<Timing> time(const Alternative& alternative) override {
    return clock_.time(alternative.run, alternative.prepare);
  }
  CycleSource source() const override { return clock_.source(); }
  std::size_t discarded() const override { return clock_.discarded(); }

 private:
  CycleClock clock_;
};

/// Shifts later allocations by up to 4 MiB of address space and, since the pages are touched, of physical memory, which
/// decides the cache colours of later pages.
void shift_memory(Random& random) {
  const std::size_t pages = 1 + random.below(1024);
  void* const block = ::mmap(nullptr, pages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return;
  for (std::size_t page = 0; page < pages; ++page) static_cast<volatile char*>(block)[page * kPage] = 1;
}

double median_of(const std::vector<Timing>& timings, double Timing::*field) {
  std::vector<double> values;
  for (const Timing& timing : timings) values.push_back(timing.*field);
  return median(values);
}

/// All timings of one process, as its parent reads them; null if an alternative has no valid timing.
Json time_in_rounds(const std::vector<Alternative>& alternatives, std::size_t rounds, Timer& timer, Random& random) {
  for (const Alternative& alternative : alternatives) {
    if (alternative.prepare) alternative.prepare();
    alternative.run();
  }
  std::vector<std::vector<Timing>> timings(alternatives.size());
  std::vector<std::size_t> order(alternatives.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t round = 0; round < rounds; ++round) {
    random.shuffle(order);
    for (const std::size_t at : order)
      if (const std::optional<Timing> timing = timer.time(alternatives[at])) timings[at].push_back(*timing);
  }
  Json found = Json::array();
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    if (timings[i].empty()) return nullptr;
    found.push_back({{"name", alternatives[i].name},
                     {"work", alternatives[i].work},
                     {"ns", median_of(timings[i], &Timing::ns)},
                     {"cycles", median_of(timings[i], &Timing::cycles)},
                     {"instructions", median_of(timings[i], &Timing::instructions)}});
  }
  return {{"alternatives", found}, {"source", static_cast<int>(timer.source())}, {"discarded", timer.discarded()}};
}

/// Everything that a child process does; returns the text that its parent reads.
std::string sample(const MakeAlternatives& make, const SamplingRule& rule, const MakeTimer& make_timer, Random random,
                   int cpu) {
  // A stack frame of random size, so that the position of the stack in the cache varies between samples.
  char* const padding = static_cast<char*>(::alloca(16 * (1 + random.below(256))));
  keep(padding);
  shift_memory(random);
  pin_thread(cpu);
  const Result<std::unique_ptr<Timer>> timer = make_timer();
  const Json found =
      timer ? time_in_rounds(make(), rule.rounds, **timer, random) : Json{{"error", timer.error().message()}};
  return found.dump();
}

/// Runs one process and returns what it wrote.
Result<Json> run_process(const MakeAlternatives& make, const SamplingRule& rule, const MakeTimer& make_timer,
                         const Random& random, int cpu) {
  const Result<std::string> bytes = in_child("sampling", [&] { return sample(make, rule, make_timer, random, cpu); });
  if (!bytes) return bytes.error();
  const Json found = Json::parse(*bytes, nullptr, false);
  if (found.is_discarded()) return Error{"sampling", "a process sent no result", "its samples"};
  if (found.contains("error")) return Error{"sampling", found.at("error").get<std::string>(), ""};
  return found;
}

void take(std::vector<Sampled>& all, const Json& found) {
  const Json& alternatives = found.at("alternatives");
  all.resize(alternatives.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Json& from = alternatives[i];
    all[i].name = from.at("name");
    all[i].work = from.at("work");
    all[i].source = static_cast<CycleSource>(found.at("source").get<int>());
    all[i].discarded += found.at("discarded").get<std::size_t>();
    all[i].ns.push_back(from.at("ns"));
    all[i].cycles.push_back(from.at("cycles"));
    all[i].instructions.push_back(from.at("instructions"));
  }
}

Estimate quotient(const Sampled& sampled, const std::vector<double>& samples, bool inverse, bool in_cycles) {
  std::vector<double> values;
  for (const double sample : samples) values.push_back(inverse ? sampled.work / sample : sample / sampled.work);
  Estimate estimate = estimate_median(std::move(values));
  estimate.method += "; a sample is the median of one process's timings; " + sampled.stopped;
  if (in_cycles) estimate.method += fmt::format("; cycles: {}", name_of(sampled.source));
  return estimate;
}

}  // namespace

Result<std::unique_ptr<Timer>> make_clock_timer() {
  Result<CycleClock> clock = CycleClock::open();
  if (!clock) return clock.error();
  return std::unique_ptr<Timer>(std::make_unique<ClockTimer>(std::move(*clock)));
}

Estimate Sampled::ns_per_unit() const { return quotient(*this, ns, false, false); }
Estimate Sampled::cycles_per_unit() const { return quotient(*this, cycles, false, true); }
Estimate Sampled::units_per_ns() const { return quotient(*this, ns, true, false); }
Estimate Sampled::units_per_cycle() const { return quotient(*this, cycles, true, true); }

const Sampled& named(const std::vector<Sampled>& all, const std::string& name) {
  const auto at = std::find_if(all.begin(), all.end(), [&name](const Sampled& one) { return one.name == name; });
  VTPU_CHECK(at != all.end(), "a sampled alternative is looked up by its name");
  return *at;
}

bool settled(const Estimate& estimate, double share) {
  return (estimate.ci.high - estimate.ci.low) / 2 <= share * std::abs(estimate.value);
}

Result<std::vector<Sampled>> sample_in_processes(const MakeAlternatives& make, const SamplingRule& rule) {
  return sample_in_processes(make, rule, make_clock_timer);
}

Result<std::vector<Sampled>> sample_in_processes(const MakeAlternatives& make, const SamplingRule& rule,
                                                 const MakeTimer& make_timer) {
  VTPU_CHECK(rule.least >= 1 && rule.least <= rule.most && rule.rounds >= 1, "a sampling rule asks for samples");
  const int cpu = rule.cpu >= 0 ? rule.cpu : usable_cpus().back();
  const auto begin = std::chrono::steady_clock::now();
  const Random random(rule.seed);
  std::vector<Sampled> all;
  std::string limit = fmt::format("the cap of {} processes", rule.most);
  for (std::uint64_t process = 0, done = 0; done < rule.most; ++process) {
    if (process == 2 * rule.most)
      return Error{"sampling", "the core clock never stayed steady", "calibrations within 2 % of each other"};
    const Result<Json> found = run_process(make, rule, make_timer, random.fork(process), cpu);
    if (!found) return found.error();
    if (found->is_null()) continue;
    take(all, *found);
    if (++done < rule.least) continue;
    bool all_settled = true;
    for (Sampled& one : all) {
      one.settled = settled(estimate_median(one.cycles), rule.half_width);
      all_settled = all_settled && one.settled;
    }
    if (all_settled) break;
    if (std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() > rule.seconds) {
      limit = fmt::format("the time limit of {:g} s", rule.seconds);
      break;
    }
  }
  for (Sampled& one : all)
    one.stopped = one.settled ? fmt::format("half-width within {:g} %", 100 * rule.half_width)
                              : fmt::format("half-width above {:g} % at {}", 100 * rule.half_width, limit);
  return all;
}

}  // namespace vtpu::measure
