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
#include <thread>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/json.h"
#include "vtpu/base/random.h"
#include "vtpu/measure/child_process.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/memory_kernels.h"
#include "vtpu/measure/pin.h"
#include "vtpu/measure/timer.h"

namespace vtpu::measure {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kReferenceSeconds = 0.05;
constexpr double kShortNs = 300e3;

class ClockTimer : public Timer {
 public:
  explicit ClockTimer(CycleClock clock) : clock_(std::move(clock)) {}
  Timing time(const Alternative& alternative) override {
    return clock_.time(alternative.run, alternative.prepare, alternative.waits);
  }
  CycleSource source() const override { return clock_.source(); }
  const Tally& tally() const override { return clock_.tally(); }

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

/// The timings of one alternative in one process.
struct Timings {
  std::vector<Timing> undisturbed, disturbed;

  void add(const Timing& timing) { (timing.disturbed ? disturbed : undisturbed).push_back(timing); }
  const std::vector<Timing>& best() const { return undisturbed.empty() ? disturbed : undisturbed; }
};

/// All timings of one process, as its parent reads them.
Json time_in_rounds(const std::vector<Alternative>& alternatives, const SamplingRule& rule, Timer& timer,
                    Random& random) {
  for (const Alternative& alternative : alternatives) {
    if (alternative.prepare) alternative.prepare();
    alternative.run();
  }
  std::vector<Timings> timings(alternatives.size());
  std::vector<std::size_t> order(alternatives.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t round = 0; round < rule.rounds; ++round) {
    random.shuffle(order);
    for (const std::size_t at : order) {
      // The alternatives before this one have displaced its code and data.
      const Timing first = timer.time(alternatives[at]);
      if (first.ns > kShortNs) timings[at].add(first);
      for (std::size_t repeat = 0; first.ns <= kShortNs && repeat < rule.repeats; ++repeat)
        timings[at].add(timer.time(alternatives[at]));
    }
  }
  bool disturbed = false;
  std::vector<double> adds;
  Json found = Json::array();
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    const std::vector<Timing>& best = timings[i].best();
    disturbed = disturbed || timings[i].undisturbed.empty();
    for (const Timing& timing : best) adds.push_back(timing.adds_per_cycle);
    found.push_back({{"name", alternatives[i].name},
                     {"work", alternatives[i].work},
                     {"ns", median_of(best, &Timing::ns)},
                     {"cycles", median_of(best, &Timing::cycles)},
                     {"instructions", median_of(best, &Timing::instructions)}});
  }
  return {{"alternatives", found},          {"disturbed", disturbed},
          {"adds_per_cycle", median(adds)}, {"source", static_cast<int>(timer.source())},
          {"kept", timer.tally().kept},     {"discarded", timer.tally().discarded}};
}

/// Everything that a child process does; returns the text that its parent reads.
std::string sample(const MakeAlternatives& make, const SamplingRule& rule, const MakeTimer& make_timer, Random random,
                   int cpu) {
  shift_memory(random);
  std::string text;
  // A thread of its own allocates from a new heap. The heap that a process inherits has holes, which would give small
  // objects the same addresses in every process of this execution, and others in the next.
  std::thread([&] {
    char* const below = static_cast<char*>(::alloca(16 * (1 + random.below(256))));  // shifts the stack
    const std::vector<char> before(16 * (1 + random.below(256)));                    // shifts the heap
    keep(below);
    keep(before.data());
    pin_thread(cpu);
    const Result<std::unique_ptr<Timer>> timer = make_timer();
    const Json found = timer ? time_in_rounds(make(), rule, **timer, random) : Json{{"error", timer.error().message()}};
    text = json_text(found);
  }).join();
  return text;
}

/// Runs one process and returns what it wrote.
Result<Json> run_process(const MakeAlternatives& make, const SamplingRule& rule, const MakeTimer& make_timer,
                         const Random& random, int cpu) {
  const Result<std::string> bytes = in_child("sampling", [&] { return sample(make, rule, make_timer, random, cpu); });
  if (!bytes) return bytes.error();
  Result<Json> found = parse_json<Json>(*bytes, "sampling", "its samples");
  if (found && found->contains("error")) return Error{"sampling", found->at("error").get<std::string>(), ""};
  return found;
}

/// Whether nothing disturbed a process, whose core was as fast as in the fastest one.
bool undisturbed(const Json& process, double fastest) {
  return !process.at("disturbed") && process.at("adds_per_cycle") >= (1 - SteadyRule{}.adds) * fastest;
}

double fastest_of(const std::vector<Json>& found) {
  double fastest = 0;
  for (const Json& process : found) fastest = std::max(fastest, process.at("adds_per_cycle").get<double>());
  return fastest;
}

/// The samples of all processes, or of the undisturbed ones only.
std::vector<Sampled> samples_of(const std::vector<Json>& found, bool only_undisturbed) {
  const double fastest = fastest_of(found);
  std::vector<Sampled> all;
  for (const Json& process : found) {
    const Json& alternatives = process.at("alternatives");
    all.resize(alternatives.size());
    if (only_undisturbed && !undisturbed(process, fastest)) continue;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Json& from = alternatives[i];
      all[i].name = from.at("name");
      all[i].work = from.at("work");
      all[i].source = static_cast<CycleSource>(process.at("source").get<int>());
      all[i].ns.push_back(from.at("ns"));
      all[i].cycles.push_back(from.at("cycles"));
      all[i].instructions.push_back(from.at("instructions"));
    }
  }
  return all;
}

/// The timings of all processes. Those of a process whose core was slow throughout count as disturbed.
Tally tally_of(const std::vector<Json>& found) {
  const double fastest = fastest_of(found);
  Tally tally;
  for (const Json& process : found) {
    Tally one{.kept = process.at("kept"), .discarded = process.at("discarded").get<decltype(Tally::discarded)>()};
    if (!process.at("disturbed") && !undisturbed(process, fastest))
      one[Disturbance::shared_core] += std::exchange(one.kept, 0);
    tally += one;
  }
  return tally;
}

Estimate quotient(const Sampled& sampled, const std::vector<double>& samples, bool inverse, bool in_cycles) {
  std::vector<double> values;
  for (const double sample : samples) values.push_back(inverse ? sampled.work / sample : sample / sampled.work);
  Estimate estimate = estimate_over_time(std::move(values));
  estimate.method += "; a sample is the median of one process's timings; " + sampled.stopped;
  if (in_cycles) estimate.method += fmt::format("; cycles: {}", name_of(sampled.source));
  return estimate;
}

}  // namespace

Result<std::unique_ptr<Timer>> make_clock_timer(double adds_per_cycle) {
  Result<CycleClock> clock = CycleClock::open(adds_per_cycle);
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
  const double adds = undisturbed_adds_per_cycle(kReferenceSeconds).value_or(0);
  return sample_in_processes(make, rule, [adds] { return make_clock_timer(adds); });
}

Result<std::vector<Sampled>> sample_in_processes(Run& run, const MakeAlternatives& make, const SamplingRule& rule) {
  Result<std::vector<Sampled>> all = sample_in_processes(make, rule);
  if (all) run.count(all->front().tally);
  return all;
}

Result<std::vector<Sampled>> sample_in_processes(const MakeAlternatives& make, const SamplingRule& rule,
                                                 const MakeTimer& make_timer) {
  VTPU_CHECK(rule.least >= 1 && rule.least <= rule.most && rule.rounds >= 1, "a sampling rule asks for samples");
  const int cpu = rule.cpu >= 0 ? rule.cpu : usable_cpus().back();
  const std::vector<Alternative> in_one_place = rule.one_place ? make() : std::vector<Alternative>();
  for (const Alternative& alternative : in_one_place)
    if (alternative.prepare) alternative.prepare();
  const MakeAlternatives make_here = rule.one_place ? [&] { return in_one_place; } : make;
  const auto begin = std::chrono::steady_clock::now();
  const Random random(rule.seed);
  std::vector<Json> found;
  std::vector<Sampled> all;
  std::string limit = fmt::format("the cap of {} processes", rule.most);
  const auto out_of_time = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() > rule.seconds;
  };
  for (std::uint64_t process = 0; all.empty() || all.front().ns.size() < rule.most; ++process) {
    const bool short_of_samples = all.empty() || all.front().ns.size() < rule.least;
    if (short_of_samples && process >= 2 * rule.most && (process >= 6 * rule.most || out_of_time())) break;
    Result<Json> one = run_process(make_here, rule, make_timer, random.fork(process), cpu);
    if (!one) return one.error();
    found.push_back(std::move(*one));
    all = samples_of(found, true);
    if (all.front().ns.size() < rule.least) continue;
    bool all_settled = true;
    for (Sampled& sampled : all) {
      sampled.settled = settled(estimate_over_time(sampled.cycles), rule.half_width);
      all_settled = all_settled && sampled.settled;
    }
    if (all_settled) break;
    if (out_of_time()) {
      limit = fmt::format("the time limit of {:g} s", rule.seconds);
      break;
    }
  }
  Tally tally = tally_of(found);
  if (all.front().ns.size() < rule.least) {
    all = samples_of(found, false);
    tally.unmeasurable = 1;
    limit = "not measurable now: " + to_string(tally);
  }
  for (Sampled& one : all) {
    one.tally = tally;
    one.stopped = one.settled ? fmt::format("half-width within {:g} %", 100 * rule.half_width)
                              : fmt::format("half-width above {:g} % at {}", 100 * rule.half_width, limit);
    if (tally.unmeasurable > 0) one.stopped = limit;
  }
  return all;
}

}  // namespace vtpu::measure
