#include "vtpu/study/programs/cost_survey.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/host_class.h"
#include "vtpu/measure/memory_kernels.h"
#include "vtpu/study/host/port_survey.h"
#include "vtpu/study/programs/program_run.h"

namespace vtpu::study::programs {
namespace {

using measure::Alternative;
using measure::Memory;
using measure::Sampled;

// ---- counted loops

/// A loop without accesses, and one that reads four tensors. At tier 2 they are neither unrolled nor vectorised. They
/// store nothing, so that no load waits for a store.
constexpr const char* kNoPointer =
    "param trips = 4;\nparam repeat = 1;\ntensor s: i64[];\n"
    "kernel main() {\n  var sum: i64 = 0;\n  for r in 0..repeat { for i in 0..trips { sum = sum + i; } }\n"
    "  s[] = sum;\n}\n";
constexpr unsigned kPointers = 4;
constexpr const char* kFourPointers =
    "param trips = 4;\nparam repeat = 1;\ntensor x: i64[1024];\ntensor y: i64[1024];\ntensor z: i64[1024];\n"
    "tensor w: i64[1024];\ntensor s: i64[];\n"
    "kernel main() {\n  var sum: i64 = 0;\n"
    "  for r in 0..repeat { for i in 0..trips { sum = sum + ((x[i] ^ y[i]) ^ (z[i] ^ w[i])); } }\n  s[] = sum;\n}\n";

constexpr std::int64_t kTrips[] = {2, 4, 8, 16, 32, 64, 256};
constexpr std::int64_t kLong = 512, kLonger = 1024;
constexpr std::int64_t kTotalTrips = 200'000;  // iterations of a timing, with the entries; about 50 to 100 µs

std::string name_of(unsigned pointers, std::int64_t trips) { return fmt::format("loop {} {}", pointers, trips); }

/// A run of the kernel, which enters the loop `repeat` times.
std::int64_t repeat_of(std::int64_t trips) { return kTotalTrips / (trips + 32) + 1; }
std::string start_of(unsigned pointers) { return fmt::format("start {}", pointers); }

/// `repeat`: entries of a loop of `trips` iterations in a run, which is the unit of work.
Result<Alternative> loop_alternative(std::string name, unsigned pointers, std::int64_t trips, std::int64_t repeat) {
  const auto kernel = std::make_shared<kernels::CompiledProgram>();
  kernel->name = "loop";
  kernel->source = pointers == 0 ? kNoPointer : kFourPointers;
  compiler::Options options;
  options.level = 2;
  options.machine = compiler::MachineModel::reference();
  auto made =
      ProgramRun::compiled(*kernel, {{"trips", trips}, {"repeat", repeat}}, options, engines::Runnable::By::native);
  if (!made) return made.error();
  const auto run = std::make_shared<ProgramRun>(std::move(*made));
  return Alternative{std::move(name), 1, [kernel, run] { measure::keep(run->run()->words); }, {}};
}

/// The best of any process, as for the rates of instructions: whatever disturbs a loop makes it longer.
void read_loops(const std::vector<Sampled>& all, compiler::LoopCosts& loops) {
  const auto cycles = [&](unsigned pointers, std::int64_t trips) {
    const auto least = [&](const std::string& name) {
      return std::ranges::min(measure::named(all, name).cycles_per_unit().samples);
    };
    return (least(name_of(pointers, trips)) - least(start_of(pointers))) / static_cast<double>(repeat_of(trips) - 1);
  };
  constexpr double kLeast = 0.1;  // a table holds no cost of 0
  // Of several pairs, since the predictor of branches treats some numbers of iterations worse than others.
  loops.iteration = HUGE_VAL;
  for (const auto& [from, to] : {std::pair<std::int64_t, std::int64_t>{8, 16}, {16, 32}, {32, 64}, {kLong, kLonger}})
    loops.iteration = std::min(loops.iteration, (cycles(0, to) - cycles(0, from)) / static_cast<double>(to - from));
  loops.iteration = std::max(kLeast, loops.iteration);
  loops.pointer = std::max(kLeast, (cycles(kPointers, kTrips[0]) - cycles(0, kTrips[0])) / kPointers);
  for (const std::int64_t trips : kTrips)
    loops.entries.push_back({trips, std::max(kLeast, cycles(0, trips) - static_cast<double>(trips) * loops.iteration)});
}

// ---- memory

constexpr std::size_t kInherited = std::size_t{4} << 20;  // larger memory is made once, before the processes
constexpr std::size_t kLargest = std::size_t{256} << 20;
constexpr std::size_t kCells = measure::kCacheLine / sizeof(std::uint64_t);

struct Level {
  double bytes = 0;        ///< of the cache; 0: memory
  std::size_t walked = 0;  ///< bytes of the data that show its speed
};

std::vector<Level> levels_of(const measure::Host& host) {
  std::vector<Level> levels;
  for (int level = 1; level <= 3; ++level)
    if (const std::uint64_t bytes = host.cache_bytes(level); bytes > 0)
      levels.push_back({static_cast<double>(bytes), bytes / 2});
  if (levels.size() < 2) levels = {{32768, 16384}, {1 << 20, 1 << 19}};  // a host that hides its caches
  levels.push_back({0, std::min(kLargest, static_cast<std::size_t>(8 * levels.back().bytes))});
  return levels;
}

std::string name_of(const char* what, std::size_t bytes) { return fmt::format("{} {}", what, bytes); }

void add_level(std::vector<Alternative>& all, std::span<const std::uint64_t> cells) {
  const std::size_t bytes = cells.size_bytes();
  const bool far = bytes >= kInherited;
  const std::size_t steps = far ? 8192 : 32768;
  const auto at = std::make_shared<std::uint64_t>(0);
  all.push_back({name_of("chase", bytes), static_cast<double>(steps), [=] { *at = measure::chase(cells, *at, steps); },
                 [=] {
                   if (!far) measure::keep(measure::wide_sum(cells));
                 }});
  const std::size_t passes = std::max<std::size_t>(1, (std::size_t{4} << 20) / bytes);
  all.push_back({name_of("read", bytes),
                 static_cast<double>(passes * bytes),
                 [=] {
                   for (std::size_t k = 0; k < passes; ++k) measure::keep(measure::wide_sum(cells));
                 },
                 {}});
}

}  // namespace

std::string host_of_costs() {
  const measure::HostClass one = measure::class_of(measure::read_host(), 0);
  return fmt::format("{}-{}-{}", one.vendor, one.family, one.model);
}

Result<CostSurvey> survey_costs(const measure::SamplingRule& rule) {
  auto ports = host::survey_ports(rule);
  if (!ports) return ports.error();
  CostSurvey survey;
  survey.model.host = host_of_costs();
  survey.model.ports = std::move(ports->map);
  survey.tally = ports->tally;

  const std::vector<Level> levels = levels_of(measure::read_host());
  Random random(rule.seed);
  std::vector<Memory> inherited;
  for (const Level& level : levels)
    if (level.walked >= kInherited)
      measure::link_cycle(inherited.emplace_back(level.walked).as<std::uint64_t>(), kCells, random);
  for (const unsigned pointers : {0u, kPointers})
    if (auto one = loop_alternative(start_of(pointers), pointers, kTrips[0], 1); !one) return one.error();

  std::vector<Memory> own;
  const auto make = [&] {
    std::vector<Alternative> all;
    Random order = random.fork(1);
    for (const Level& level : levels)
      if (level.walked < kInherited) {
        measure::link_cycle(own.emplace_back(level.walked).as<std::uint64_t>(), kCells, order);
        add_level(all, own.back().as<std::uint64_t>());
      }
    for (const Memory& memory : inherited) add_level(all, memory.as<std::uint64_t>());
    const auto add = [&](std::string name, unsigned pointers, std::int64_t trips, std::int64_t repeat) {
      auto one = loop_alternative(std::move(name), pointers, trips, repeat);
      VTPU_CHECK(one.ok(), "a loop compiles for every number of iterations");
      all.push_back(std::move(*one));
    };
    const auto add_loop = [&](unsigned pointers, std::int64_t trips) {
      add(name_of(pointers, trips), pointers, trips, repeat_of(trips));
    };
    for (const std::int64_t trips : kTrips) add_loop(0, trips);
    for (const std::int64_t trips : {kLong, kLonger}) add_loop(0, trips);
    add_loop(kPointers, kTrips[0]);
    for (const unsigned pointers : {0u, kPointers}) add(start_of(pointers), pointers, kTrips[0], 1);
    return all;
  };
  measure::SamplingRule often = rule;  // the shortest loops vary most
  often.rounds = 3;
  const auto sampled = measure::sample_in_processes(make, often);
  if (!sampled) return sampled.error();
  survey.tally += sampled->front().tally;
  for (const Level& level : levels)
    survey.model.ladder.push_back({level.bytes,
                                   measure::named(*sampled, name_of("chase", level.walked)).cycles_per_unit().value,
                                   measure::named(*sampled, name_of("read", level.walked)).units_per_cycle().value});
  read_loops(*sampled, survey.model.loops);
  survey.model.source =
      fmt::format("phextcc --measure-costs: medians of {} processes; {}", sampled->front().cycles.size(),
                  survey.tally.unmeasurable != 0 ? "disturbed throughout"
                                                 : "cycles: " + std::string(measure::name_of(sampled->front().source)));
  return survey;
}

}  // namespace vtpu::study::programs
