// Asks whether a measured number is the same when other processes keep the machine busy, or whether the run says that
// nothing can be measured now. Claims measure.agree, measure.overlap.
//
// The same measurement runs in executions of its own, one for each state of the machine: quiet; quiet once more, which
// shows what executions differ by anyway; one busy process, placed by the kernel; one busy process bound to each
// processor; and one process that copies 256 MiB again and again. Metrics, all bound by the core: ops per cycle of the
// ten workloads in the native engine, of the independent host instructions of their mixes, of the workloads in C++ by
// the compiler's highest level, and of ten loops of ordinary code.
//
// Overlap of a state: the share of metrics whose 95 % interval overlaps that of the quiet state. Disagreement: the
// largest difference of a median from the quiet state's, as a share of the latter, over the settled metrics, whose
// half-widths are within 3 % in both states. The others have wide intervals because code can run at one of two speeds,
// depending on where its data lie.
//
// A state in which too few timings are undisturbed is not measurable: it is named so in the table, with what disturbed
// it, and has no metrics. Controls: for agreement, one long timing of each ordinary loop, elapsed time × a clock that
// was calibrated beforehand, in the state with one busy process for each processor; for overlap, each interval against
// that of the next metric.
//
// Places: where code and data lie in memory differs between executions and changes speed. Some executions measure
// everything on the quiet machine with places that are fixed in each execution, others with places that each process
// draws, as all experiments do. Overlap: the share of pairs of executions whose intervals overlap. Covered: the share
// of ordered pairs in which the interval of one contains the median of the other. Spread: the largest difference of two
// medians. Whether fixed places do harm is a matter of luck in each execution, so that no claim rests on them.
//
// Parameters: processes, rounds, seconds for one state, executions. Outputs: keys measure.states.*, measure.places.*;
// tables machine_states, machine_states_metrics, places.
#include <fmt/core.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/program.h"
#include "vtpu/compiler/machine_model.h"
#include "vtpu/kernels/workloads.h"
#include "vtpu/measure/child_process.h"
#include "vtpu/measure/clock.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/ordinary_code.h"
#include "vtpu/measure/pin.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/study/baselines/ordinary.h"
#include "vtpu/study/engines/engine_study.h"
#include "vtpu/study/engines/runnable.h"
#include "vtpu/study/host/host_mix.h"

namespace {

using namespace vtpu::measure;
using vtpu::Error;
using vtpu::Result;
using Json = nlohmann::ordered_json;
using Source = Column::Source;

constexpr const char* kMeasure = "--measure-once";
constexpr const char* kBusiest = "busy_each";  // the state of the control
const vtpu::Random kData(1);                   // every execution works on the same data

// ---- one execution: measures everything once and prints it as JSON

/// The ten workloads: in the native engine, as independent host instructions, and in C++ by the compiler's highest
/// level.
Result<std::vector<Alternative>> workload_alternatives() {
  const vtpu::ports::PortMap map = vtpu::compiler::MachineModel::reference().ports;
  const auto levels = vtpu::study::baselines::kOrdinaryLevels;
  const auto level = std::ranges::find(levels, "o3_native", &vtpu::study::baselines::Baseline::name);
  const auto module = vtpu::study::baselines::load_ordinary(*level);
  if (!module) return module.error();
  using namespace vtpu::study;
  std::vector<Alternative> all;
  for (const vtpu::kernels::Workload& workload : vtpu::kernels::workloads()) {
    const auto make = [workload](std::uint64_t iterations) { return workload.make(iterations, engines::kSeed); };
    const auto loop = engines::bound_of(make(1), map).loop;
    auto native = engines::iterations_alternative(fmt::format("native.{}", workload.name), make,
                                                  engines::Runnable::By::native, vtpu::kernels::kSentrons);
    if (!native) return native.error();
    auto independent =
        host::mix_alternative(fmt::format("independent.{}", workload.name), host::pattern_of(make(1), loop));
    if (!independent) return independent.error();
    all.push_back(std::move(*native));
    all.push_back(std::move(*independent));
  }
  for (const vtpu::kernels::Workload& workload : (*module)->workloads())
    all.push_back(engines::reference_alternative(fmt::format("reference.{}", workload.name), workload));
  return all;
}

/// Each ordinary loop timed once, for 20 ms of elapsed time, by a clock that was calibrated before: the usual way.
Result<Json> time_at_length() {
  pin_thread(usable_cpus().back());
  const Result<double> ghz = core_ghz();
  if (!ghz) return ghz.error();
  Json all = Json::object();
  OrdinaryData data(kData);
  for (const OrdinaryLoop& loop : ordinary_loops(data)) {
    keep(loop.run(data));
    const auto begin = std::chrono::steady_clock::now();
    std::chrono::duration<double, std::nano> taken{0};
    double ops = 0;
    for (; taken < std::chrono::milliseconds(20); taken = std::chrono::steady_clock::now() - begin) {
      keep(loop.run(data));
      ops += loop.ops;
    }
    all[std::string("ordinary.") + loop.name] = ops / (taken.count() * *ghz);
  }
  return all;
}

Result<Json> measure_once(const SamplingRule& rule) {
  const auto of_workloads = workload_alternatives();
  if (!of_workloads) return of_workloads.error();
  const auto sampled = sample_in_processes(
      [&] {
        const auto data = std::make_shared<OrdinaryData>(kData);
        std::vector<Alternative> all = *of_workloads;
        for (const OrdinaryLoop& loop : ordinary_loops(*data)) {
          constexpr double kOps = 2e5;
          const auto passes = static_cast<std::size_t>(std::ceil(kOps / loop.ops));
          all.push_back({std::string("ordinary.") + loop.name,
                         static_cast<double>(passes) * loop.ops,
                         [data, passes, pass = loop.run] {
                           for (std::size_t i = 0; i < passes; ++i) keep(pass(*data));
                         },
                         {}});
        }
        return all;
      },
      rule);
  if (!sampled) return sampled.error();
  Json metrics = Json::object();
  for (const Sampled& one : *sampled) {
    const Estimate estimate = one.units_per_cycle();
    metrics[one.name] = {{"value", estimate.value}, {"low", estimate.ci.low}, {"high", estimate.ci.high}};
  }
  const Result<Json> longer = time_at_length();
  if (!longer) return longer.error();
  const Tally& tally = sampled->front().tally;
  return Json{{"metrics", metrics},
              {"long", *longer},
              {"kept", tally.kept},
              {"unmeasurable", tally.unmeasurable},
              {"discarded", tally.discarded}};
}

/// The program's second form: `machine_states --measure-once PROCESSES ROUNDS SECONDS SEED PLACES`, where
/// PLACES is `fixed` or `drawn`.
int main_of_one(char** argv) {
  SamplingRule rule;
  rule.least = rule.most = std::stoul(argv[0]);
  rule.rounds = std::stoul(argv[1]);
  rule.seconds = std::stod(argv[2]);
  rule.seed = std::stoull(argv[3]);
  rule.one_place = argv[4] == std::string("fixed");
  const Result<Json> found = measure_once(rule);
  if (!found) {
    fmt::print(stderr, "machine-states: {}\n", found.error().message());
    return 1;
  }
  return vtpu::print_text(vtpu::json_text(*found) + "\n") ? 0 : 1;
}

// ---- other processes

/// A process that works until this object ends, and ends with this process, too.
class Busy {
 public:
  explicit Busy(const std::function<void()>& work) : process_(::fork()) {
    if (process_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) work();
  }
  Busy(Busy&& other) noexcept : process_(std::exchange(other.process_, -1)) {}
  Busy& operator=(Busy&&) = delete;
  ~Busy() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  bool started() const { return process_ > 0; }

 private:
  pid_t process_;
};

void spin() {
  static volatile std::uint64_t sum = 0;
  for (int i = 0; i < 1'000'000; ++i) sum = sum + 1;
}

std::vector<Busy> none() { return {}; }

std::vector<Busy> one_spinning() {
  std::vector<Busy> all;
  all.emplace_back(spin);
  return all;
}

std::vector<Busy> one_spinning_on_each() {
  std::vector<Busy> all;
  for (const int cpu : usable_cpus())
    all.emplace_back([cpu] {
      pin_thread(cpu);
      spin();
    });
  return all;
}

std::vector<Busy> one_copying() {
  std::vector<Busy> all;
  all.emplace_back([] {
    constexpr std::size_t kBytes = std::size_t{1} << 28;
    static std::vector<char> from(kBytes, 1), to(kBytes);
    std::memcpy(to.data(), from.data(), kBytes);
    keep(to.data());
  });
  return all;
}

struct State {
  const char* name;   // in keys
  const char* words;  // in the table
  std::vector<Busy> (*start)();
};

constexpr State kStates[] = {{"quiet", "quiet", none},
                             {"quiet_again", "quiet, another execution", none},
                             {"busy_one", "one busy process", one_spinning},
                             {kBusiest, "one busy process for each processor", one_spinning_on_each},
                             {"memory", "one process that copies memory", one_copying}};

// ---- what the states give

struct Found {
  std::map<std::string, Estimate> metrics;
  std::map<std::string, double> at_length;  // of ordinary loops
  Tally tally;
};

Result<Found> measure(const SamplingRule& rule) {
  const auto text =
      output_of({"/proc/self/exe", kMeasure, fmt::format("{}", rule.least), fmt::format("{}", rule.rounds),
                 fmt::format("{}", rule.seconds), fmt::format("{}", rule.seed), rule.one_place ? "fixed" : "drawn"});
  if (!text) return Error{"machine-states", "the measuring execution ended early", "its result"};
  const Result<Json> read = vtpu::parse_json<Json>(*text, "machine-states", "the result of the measuring execution");
  if (!read) return read.error();
  const Json& json = *read;
  Found found;
  for (const auto& [name, one] : json.at("metrics").items())
    found.metrics[name] = {one.at("value"), {one.at("low"), one.at("high")}, {}, 0, ""};
  found.at_length = json.at("long").get<std::map<std::string, double>>();
  found.tally.kept = json.at("kept");
  found.tally.unmeasurable = json.at("unmeasurable");
  found.tally.discarded = json.at("discarded").get<decltype(Tally::discarded)>();
  return found;
}

Result<Found> measure(const State& state, const SamplingRule& rule) {
  const std::vector<Busy> others = state.start();
  for (const Busy& other : others)
    if (!other.started()) return Error{state.name, "the system provides no process", ""};
  return measure(rule);
}

bool overlap(const Interval& a, const Interval& b) { return a.low <= b.high && b.low <= a.high; }

Result<void> compare_states(Run& run, SamplingRule rule, Progress& progress) {
  Table& states = run.table("machine_states", {{"state", "", Source::label},
                                               {"kept", "1", Source::measured},
                                               {"discarded", "1", Source::measured},
                                               {"reasons", "", Source::measured},
                                               {"settled", "1", Source::measured},
                                               {"disagreement", "1", Source::measured},
                                               {"overlap", "1", Source::measured},
                                               {"at_length", "1", Source::measured}});
  Table& metrics = run.table("machine_states_metrics", {{"state", "", Source::label},
                                                        {"metric", "", Source::label},
                                                        {"settled", "", Source::measured},
                                                        {"ratio", "1", Source::measured},
                                                        {"low", "1", Source::measured},
                                                        {"high", "1", Source::measured},
                                                        {"at_length", "1", Source::measured}});
  std::map<std::string, Estimate> quiet;
  std::map<std::string, double> quiet_at_length;
  for (const State& state : kStates) {
    rule.seed = run.random(quiet.empty() ? 1 : 2).next();
    Result<Found> found = measure(state, rule);
    if (!found) return found.error();
    const bool measurable = found->tally.unmeasurable == 0;
    const bool first = quiet.empty();
    if (first) quiet = found->metrics, quiet_at_length = found->at_length;
    // Nothing can be compared without the quiet state; another one that is not measurable is a finding of its own.
    if (!first) found->tally.unmeasurable = 0;
    run.count(found->tally);
    run.measured(fmt::format("measure.states.unmeasurable.{}", state.name), measurable ? 0 : 1, "1",
                 to_string(found->tally));
    double apart = 0, at_length = 0, overlapping = 0, shifted = 0, narrow = 0;
    for (auto at = quiet.begin(); at != quiet.end(); ++at) {
      const auto& [name, before] = *at;
      const Estimate& now = found->metrics.at(name);
      const auto next = std::next(at) == quiet.end() ? quiet.begin() : std::next(at);
      const bool both_settled = settled(before, SamplingRule{}.half_width) && settled(now, SamplingRule{}.half_width);
      if (both_settled) {
        ++narrow;
        apart = std::max(apart, std::abs(now.value / before.value - 1));
      }
      const auto long_one = found->at_length.find(name);
      const bool timed_at_length = long_one != found->at_length.end();
      if (timed_at_length) at_length = std::max(at_length, std::abs(long_one->second / quiet_at_length.at(name) - 1));
      overlapping += overlap(now.ci, before.ci);
      shifted += overlap(now.ci, next->second.ci);
      metrics.add({std::string(state.words), name, std::string(both_settled ? "yes" : "no"), now.value / before.value,
                   now.ci.low / before.value, now.ci.high / before.value,
                   timed_at_length ? Cell(long_one->second / quiet_at_length.at(name)) : Cell(std::string("-"))});
    }
    const double count = static_cast<double>(quiet.size());
    const std::string method = fmt::format("over {:g} core-bound metrics; {}", count, to_string(found->tally));
    if (!first && measurable) {
      run.measured(
          fmt::format("measure.states.disagreement.{}", state.name), apart, "1",
          fmt::format("largest difference of a median from the quiet state over {:g} settled metrics; ", narrow) +
              to_string(found->tally));
      run.measured(fmt::format("measure.states.settled.{}", state.name), narrow, "1",
                   "metrics with half-widths within 3 % here and in the quiet state, " + method);
      run.measured(fmt::format("measure.states.overlap.{}", state.name), overlapping / count, "1",
                   "share of intervals that overlap that of the quiet state, " + method);
    }
    const std::string longer =
        "largest difference of one timing of 20 ms by elapsed time from that in the quiet state, over ten ordinary "
        "loops";
    run.measured(fmt::format("measure.states.at_length.{}", state.name), at_length, "1", longer);
    if (state.name == std::string(kBusiest)) {
      run.measured("measure.states.disagreement.control", at_length, "1", longer);
      run.measured("measure.states.overlap.control", shifted / count, "1",
                   "each interval against that of the next metric in the quiet state, " + method);
    }
    std::string reasons = measurable ? "" : "not measurable: ";
    for (const auto& [reason, name] : vtpu::kChoices<Disturbance>)
      if (found->tally[reason] > 0)
        reasons +=
            fmt::format("{}{} {}", reasons.empty() || reasons.ends_with(": ") ? "" : ", ", found->tally[reason], name);
    const Cell none = std::string("-");
    states.add({std::string(state.words), static_cast<double>(found->tally.kept),
                static_cast<double>(found->tally.all_discarded()), reasons, first || !measurable ? none : Cell(narrow),
                first || !measurable ? none : Cell(apart), first || !measurable ? none : Cell(overlapping / count),
                at_length});
    progress.step(state.words);
  }
  return {};
}

// ---- places of code and data

Result<void> compare_places(Run& run, SamplingRule rule, Progress& progress) {
  const auto executions = run.parameter<std::uint64_t>("executions", 5, 12);
  Table& table = run.table("places", {{"places", "", Source::label},
                                      {"executions", "1", Source::label},
                                      {"covered", "1", Source::measured},
                                      {"overlap", "1", Source::measured},
                                      {"spread", "1", Source::measured},
                                      {"widest", "", Source::measured}});
  for (const bool fixed : {true, false}) {
    std::vector<Found> all;
    rule.one_place = fixed;
    for (std::uint64_t i = 0; i < executions; ++i) {
      rule.seed = run.random(10 + i).next();
      Result<Found> found = measure(rule);
      if (!found) return found.error();
      run.count(found->tally);
      all.push_back(std::move(*found));
    }
    double covered = 0, overlapping = 0, pairs = 0, spread = 0;
    std::string widest;
    for (const auto& [name, one] : all.front().metrics) {
      double least = one.value, most = one.value;
      for (const Found& a : all) {
        const Estimate& here = a.metrics.at(name);
        least = std::min(least, here.value);
        most = std::max(most, here.value);
        for (const Found& b : all) {
          if (&a == &b) continue;
          const Estimate& there = b.metrics.at(name);
          ++pairs;
          covered += here.ci.low <= there.value && there.value <= here.ci.high;
          overlapping += overlap(here.ci, there.ci);
        }
      }
      if (most / least - 1 > spread) {
        spread = most / least - 1;
        widest = name;
      }
    }
    const char* const places = fixed ? "fixed in each execution" : "drawn by each process";
    const std::string method =
        fmt::format("{} executions, {} metrics; places {}", executions, all.front().metrics.size(), places);
    const std::string end = fixed ? ".fixed" : ".drawn";
    run.measured("measure.places.covered" + end, covered / pairs, "1",
                 "share of ordered pairs in which an interval contains the other median; " + method);
    run.measured("measure.places.overlap" + end, overlapping / pairs, "1",
                 "share of pairs whose intervals overlap; " + method);
    run.measured("measure.places.spread" + end, spread, "1", "largest difference of two medians; " + method);
    table.add(
        {std::string(places), static_cast<double>(executions), covered / pairs, overlapping / pairs, spread, widest});
    progress.step(places);
  }
  return {};
}

Result<void> run_states(Run& run) {
  warn_of_disturbance("machine-states");
  SamplingRule rule;
  rule.least = rule.most = run.parameter<std::size_t>("processes", 24, 40);
  rule.rounds = run.parameter<std::size_t>("rounds_in_each_process", 1, 2);
  rule.seconds = run.parameter("seconds_for_one_state", 15, 40);
  Progress progress("machine-states", std::size(kStates) + 2);
  if (auto done = compare_states(run, rule, progress); !done) return done;
  return compare_places(run, rule, progress);
}

const Experiment kExperiment{
    .name = "machine-states",
    .question = "Does a measured number stay the same when other processes keep the machine busy?",
    .claims = {"measure.agree", "measure.overlap"},
    .inputs = {},
    .uses = vtpu::study::baselines::modules_for(vtpu::study::baselines::Use::ordinary),
    .quick_seconds = 30,
    .full_seconds = 120,
    .times_the_host = true,
    .run = run_states};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 7 && std::string(argv[1]) == kMeasure) return vtpu::guarded_main([&] { return main_of_one(argv + 2); });
  return experiment_main(kExperiment, argc, argv);
}
