// Asks what this host is, how fast its clock runs, what its memory delivers at each level, and how many operations per
// cycle ordinary code retires. All other measured values are compared with these.
//
// Claims: mem.seq, mem.rand, mem.gap. Their source names no working set ("sequential 1-3 cycles per element, 99 % L1
// hits; random 23-36 cycles per access, 70 % L1 misses; gap 8-33 times"), so every level is a configuration of its own.
// The working set is a quarter of the level's size for l1, l2 and l3 (a virtual machine shares its L3 with others) and
// eight times L3 for dram. One more, miss70, is the smallest at which an exact model of this host's first-level cache
// misses 70 % of the dependent loads, which is the rate that the source states (mem-s-pipe has the rates of the cache
// that the source names). One array of 8-byte elements serves all access patterns:
//   scalar       the plain loop that sums it in sequence, as the compiler emits it: one load per element;
//   vector       the same sum with the widest vectors of the processor;
//   dependent    each load gives the next index, in one random cycle through all elements: the cost of one access;
//   independent  a sum over indices computed from a counter, with several loads in flight.
// Sequential access is scalar or vector in the claims, each a configuration, since the source names neither. Their
// random access is the dependent one; the independent one is reported next to it under host.
//
// Ordinary code is the ten small loops of measure/ordinary_code.h, which also states the rule by which their operations
// are counted.
//
// STREAM is compiled by every row of study/baselines/compilers.def for this host; the metrics are of the fastest,
// beside the bound of one thread by hand (measure/stream.h).
//
// Needs 2 GiB of memory. Parameters: processes and rounds of timing (quick 12 x 1, full 20 to 60 x 3), sizes of the
// ladder. Outputs: keys host.*, vtpu.mem.*; tables host, memory_ladder, footprints, stream, ordinary_code.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <span>
#include <thread>

#include "vtpu/analysis/cache_model.h"
#include "vtpu/base/check.h"
#include "vtpu/measure/clock.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/memory_kernels.h"
#include "vtpu/measure/ordinary_code.h"
#include "vtpu/measure/pin.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/measure/stream.h"
#include "vtpu/study/access/chase_misses.h"
#include "vtpu/study/baselines/ordinary.h"

namespace {

using namespace vtpu::measure;
using vtpu::Error;
using vtpu::Random;
using vtpu::Result;
using vtpu::study::baselines::load_stream_levels;
using vtpu::study::baselines::StreamLevel;

using Cells = std::span<std::uint64_t>;
using Source = Column::Source;

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;
constexpr std::size_t kCellsPerLine = kCacheLine / sizeof(std::uint64_t);
constexpr std::size_t kCellsPerPage = 4096 / sizeof(std::uint64_t);
/// From this size on, physical placement hardly matters; such data are made once and inherited by the sampling
/// processes.
constexpr std::size_t kInherited = 64 * kMiB;

SamplingRule rule_of(Run& run, std::uint64_t stream) {
  SamplingRule rule;
  rule.least = run.quick() ? kQuickProcesses : 20;
  rule.most = run.quick() ? kQuickProcesses : 60;
  rule.rounds = run.quick() ? 1 : 3;
  rule.seconds = run.quick() ? 8 : 45;
  rule.seed = run.random(stream).next();
  return rule;
}

std::string size_name(std::size_t bytes) {
  return bytes >= kMiB ? fmt::format("{}MiB", bytes / kMiB) : fmt::format("{}KiB", bytes / kKiB);
}

Estimate of_samples(std::vector<double> samples, const Estimate& like) {
  Estimate estimate = estimate_over_time(std::move(samples));
  estimate.method = like.method;
  return estimate;
}

/// A fact that the system reports; its interval is the value itself.
Estimate fact(double value) { return {value, {value, value}, {}, 1, "read from the system"}; }

// ---- memory ladder -------------------------------------------------------------------------------------------------

/// A pointer chase through one cell per line. Data that fit a cache are walked once beforehand to warm it.
Alternative chase_alternative(const std::string& name, Cells cells, std::size_t stride) {
  const std::size_t bytes = cells.size_bytes();
  const std::size_t steps = bytes <= kMiB ? 65536 : 16384;
  const std::size_t warm_steps = bytes >= kInherited ? 0 : std::min<std::size_t>(cells.size() / stride, 65536);
  const auto at = std::make_shared<std::uint64_t>(0);
  return {name, static_cast<double>(steps), [=] { *at = chase(cells, *at, steps); },
          [=] {
            if (warm_steps > 0) keep(wide_sum(cells));
            *at = chase(cells, *at, warm_steps);
          }};
}

Alternative read_alternative(const std::string& name, Cells cells) {
  const std::size_t passes = std::max<std::size_t>(1, 16 * kMiB / cells.size_bytes());
  return {name,
          static_cast<double>(passes * cells.size_bytes()),
          [=] {
            for (std::size_t pass = 0; pass < passes; ++pass) keep(wide_sum(cells));
          },
          {}};
}

constexpr std::size_t kLadderLargest = 512 * kMiB;

Result<void> memory_ladder(Run& run) {
  std::vector<std::size_t> sizes;
  for (std::size_t bytes = 4 * kKiB; bytes <= kLadderLargest; bytes *= 2) sizes.push_back(bytes);

  Random random = run.random(1);
  std::vector<Memory> inherited;
  for (const std::size_t bytes : sizes)
    if (bytes >= kInherited) link_cycle(inherited.emplace_back(bytes).as<std::uint64_t>(), kCellsPerLine, random);
  const Memory huge(sizes.back(), true);
  link_cycle(huge.as<std::uint64_t>(), kCellsPerLine, random);

  std::vector<Memory> own;
  const auto make = [&] {
    std::vector<Alternative> alternatives;
    Random order = random.fork(1);
    const auto add = [&](Cells cells) {
      const std::string size = size_name(cells.size_bytes());
      alternatives.push_back(chase_alternative("chase " + size, cells, kCellsPerLine));
      alternatives.push_back(read_alternative("read " + size, cells));
    };
    for (const std::size_t bytes : sizes) {
      if (bytes >= kInherited) continue;
      link_cycle(own.emplace_back(bytes).as<std::uint64_t>(), kCellsPerLine, order);
      add(own.back().as<std::uint64_t>());
    }
    for (const Memory& memory : inherited) add(memory.as<std::uint64_t>());
    alternatives.push_back(chase_alternative("chase huge", huge.as<std::uint64_t>(), kCellsPerLine));
    return alternatives;
  };
  const Result<std::vector<Sampled>> all = sample_in_processes(run, make, rule_of(run, 2));
  if (!all) return all.error();

  Table& table = run.table("memory_ladder", {{"size", "bytes", Source::label},
                                             {"chase", "ns", Source::measured},
                                             {"chase_low", "ns", Source::measured},
                                             {"chase_high", "ns", Source::measured},
                                             {"chase_cycles", "cycles", Source::measured},
                                             {"read", "GB/s", Source::measured},
                                             {"read_low", "GB/s", Source::measured},
                                             {"read_high", "GB/s", Source::measured}});
  for (const std::size_t bytes : sizes) {
    const std::string size = size_name(bytes);
    const Estimate ns = named(*all, "chase " + size).ns_per_unit();
    const Estimate cycles = named(*all, "chase " + size).cycles_per_unit();
    const Estimate read = named(*all, "read " + size).units_per_ns();
    run.measured("host.chase_ns." + size, ns, "ns");
    run.measured("host.chase_cycles." + size, cycles, "cycles");
    run.measured("host.read_gbps." + size, read, "GB/s");
    table.add({static_cast<double>(bytes), ns.value, ns.ci.low, ns.ci.high, cycles.value, read.value, read.ci.low,
               read.ci.high});
  }
  run.measured("host.chase_ns.512MiB_huge_pages", named(*all, "chase huge").ns_per_unit(), "ns");
  return {};
}

// ---- sequential against random, by footprint -----------------------------------------------------------------------

struct Footprint {
  std::string name;
  std::size_t bytes;
};

/// Cache sizes assumed where the system reports none.
constexpr std::array<std::size_t, 3> kUsualCache = {32 * kKiB, kMiB, 32 * kMiB};

std::size_t cache_size(const Host& host, int level) {
  const std::size_t bytes = host.cache_bytes(level);
  return bytes > 0 ? bytes : kUsualCache[static_cast<std::size_t>(level - 1)];
}

/// The first-level cache as the system describes it.
vtpu::analysis::CacheGeometry first_level(const Host& host) {
  vtpu::analysis::CacheGeometry geometry;
  for (const vtpu::measure::Cache& cache : host.caches)
    if (cache.level == 1 && cache.type == "Data" && cache.ways > 0 && cache.bytes > 0 && cache.line_bytes > 0)
      geometry = {"L1", cache.bytes, static_cast<unsigned>(cache.ways), static_cast<unsigned>(cache.line_bytes)};
  return vtpu::analysis::check_geometry(geometry).ok() ? geometry : vtpu::analysis::CacheGeometry{};
}

constexpr double kSourceMisses = 0.7;  ///< of random loads, as the source of mem.rand states

std::vector<Footprint> footprints(const Host& host, const Random& random) {
  const auto pages = [](std::size_t bytes) { return std::max<std::size_t>(1, bytes / 4096) * 4096; };
  const std::size_t most = std::max<std::size_t>(host.memory_bytes / 8, kInherited);
  return {{"l1", pages(cache_size(host, 1) / 4)},
          {"miss70", vtpu::study::access::bytes_whose_chase_misses(kSourceMisses, first_level(host), random)},
          {"l2", pages(cache_size(host, 2) / 4)},
          {"l3", pages(cache_size(host, 3) / 4)},
          {"dram", pages(std::min(8 * cache_size(host, 3), most))}};
}

using Sum = std::uint64_t (*)(std::span<const std::uint64_t> cells);

/// Sums the next `window` cells, and wraps around at the end.
Alternative sum_alternative(const std::string& name, Sum sum, Cells cells) {
  const std::size_t window = std::min(cells.size(), 32 * kMiB / sizeof(std::uint64_t));
  const std::size_t passes = std::max<std::size_t>(1, kMiB / window);
  const auto from = std::make_shared<std::size_t>(0);
  return {name, static_cast<double>(passes * window),
          [=] {
            for (std::size_t pass = 0; pass < passes; ++pass) keep(sum(cells.subspan(*from, window)));
            *from = *from + 2 * window <= cells.size() ? *from + window : 0;
          },
          [=] {
            if (cells.size_bytes() < kInherited) keep(wide_sum(cells));
          }};
}

Alternative independent_alternative(const std::string& name, Cells cells) {
  constexpr std::size_t kCount = 65536;
  const auto first = std::make_shared<std::uint64_t>(0);
  return {name, kCount,
          [=] {
            keep(random_sum(cells, *first, kCount));
            *first += kCount;
          },
          [=] {
            if (cells.size_bytes() < kInherited) keep(wide_sum(cells));
          }};
}

Result<void> sequential_and_random(Run& run, const Host& host) {
  const std::vector<Footprint> all_footprints = footprints(host, run.random(9));
  const std::size_t dram_bytes = all_footprints.back().bytes;
  Random random = run.random(3);
  const Memory dram(dram_bytes);
  link_cycle(dram.as<std::uint64_t>(), 1, random);
  const Memory ascending_dram(dram_bytes);
  link_ascending(ascending_dram.as<std::uint64_t>(), 1);

  std::vector<Memory> own;
  const auto make = [&] {
    std::vector<Alternative> alternatives;
    Random order = random.fork(1);
    for (const Footprint& footprint : all_footprints) {
      const bool inherited = footprint.name == "dram";
      const Cells cells = inherited ? dram.as<std::uint64_t>() : own.emplace_back(footprint.bytes).as<std::uint64_t>();
      if (!inherited) link_cycle(cells, 1, order);
      alternatives.push_back(sum_alternative("scalar " + footprint.name, sequential_sum, cells));
      alternatives.push_back(sum_alternative("vector " + footprint.name, wide_sum, cells));
      alternatives.push_back(chase_alternative("dependent " + footprint.name, cells, 1));
      alternatives.push_back(independent_alternative("independent " + footprint.name, cells));
    }
    alternatives.push_back({"index only", 65536, [] { keep(random_place_sum(std::size_t{1} << 25, 0, 65536)); }, {}});
    // Controls: one line, where no access can miss, in random and in ascending order; the dependent loads of dram in
    // ascending order; and a stride that puts every element on a different page.
    const Cells line = own.emplace_back(4096).as<std::uint64_t>().first(kCellsPerLine);
    link_cycle(line, 1, order);
    alternatives.push_back(chase_alternative("one line random", line, 1));
    const Cells ascending = own.emplace_back(4096).as<std::uint64_t>().first(kCellsPerLine);
    link_ascending(ascending, 1);
    alternatives.push_back(chase_alternative("one line ascending", ascending, 1));
    alternatives.push_back(chase_alternative("dram ascending", ascending_dram.as<std::uint64_t>(), 1));
    const Cells pages = dram.as<std::uint64_t>();
    alternatives.push_back({"page stride",
                            static_cast<double>(pages.size() / kCellsPerPage),
                            [pages] { keep(strided_sum(pages, kCellsPerPage)); },
                            {}});
    return alternatives;
  };
  const Result<std::vector<Sampled>> all = sample_in_processes(run, make, rule_of(run, 4));
  if (!all) return all.error();

  const auto cycles = [&all](const std::string& name) { return named(*all, name).cycles_per_unit(); };
  Table& table = run.table("footprints", {{"level", "", Source::label},
                                          {"size", "bytes", Source::measured},
                                          {"scalar", "cycles/element", Source::measured},
                                          {"vector", "cycles/element", Source::measured},
                                          {"dependent", "cycles/access", Source::measured},
                                          {"independent", "cycles/access", Source::measured},
                                          {"over_scalar", "x", Source::measured},
                                          {"over_vector", "x", Source::measured}});
  for (const auto& [level, bytes] : all_footprints) {
    const Estimate dependent = cycles("dependent " + level);
    const Estimate independent = cycles("independent " + level);
    std::vector<Cell> sequential, gap;
    for (const std::string reading : {"scalar", "vector"}) {
      const Estimate element = cycles(reading + " " + level);
      const Estimate ratio = estimate_ratio(dependent.samples, element.samples);
      run.measured(fmt::format("vtpu.mem.sequential_cycles.{}.{}", level, reading), element, "cycles/element");
      run.measured(fmt::format("vtpu.mem.sequential_random_ratio.{}.{}", level, reading), ratio, "x");
      sequential.emplace_back(element.value);
      gap.emplace_back(ratio.value);
    }
    run.measured("vtpu.mem.random_cycles." + level, dependent, "cycles/access");
    run.measured("host.random_independent_cycles." + level, independent, "cycles/access");
    run.measured("host.footprint_bytes." + level, fact(static_cast<double>(bytes)), "bytes");
    table.add({level, static_cast<double>(bytes), sequential[0], sequential[1], dependent.value, independent.value,
               gap[0], gap[1]});
  }
  run.measured("host.random_independent_cycles.index_only", cycles("index only"), "cycles/access");
  const Estimate line_random = cycles("one line random");
  run.measured("vtpu.mem.sequential_cycles.control", cycles("page stride"), "cycles/element");
  run.measured("vtpu.mem.random_cycles.control", cycles("dram ascending"), "cycles/access");
  Estimate control = estimate_ratio(line_random.samples, cycles("one line ascending").samples);
  control.method += "; dependent loads within one cache line, random order over ascending";
  run.measured("vtpu.mem.sequential_random_ratio.control", control, "x");
  return {};
}

// ---- STREAM --------------------------------------------------------------------------------------------------------

/// The three arrays, and the threads that each own a part of them.
struct Stream {
  Memory a, b, c;
  std::vector<int> cpus;  ///< one thread per CPU

  using Part = std::array<std::span<double>, 3>;

  template <class Kernel>
  void run(Kernel kernel) const {
    if (cpus.size() == 1) return kernel(Part{a.as<double>(), b.as<double>(), c.as<double>()});
    const std::size_t each = a.as<double>().size() / cpus.size();
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < cpus.size(); ++i)
      threads.emplace_back([=, this] {
        pin_thread(cpus[i]);
        kernel(Part{a.as<double>().subspan(i * each, each), b.as<double>().subspan(i * each, each),
                    c.as<double>().subspan(i * each, each)});
      });
    for (std::thread& thread : threads) thread.join();
  }
};

constexpr double kStreamScalar = 3;

struct StreamKernel {
  const char* name;
  double arrays;  ///< as STREAM counts: each array once, without the line fetch before a write
  bool bypasses;  ///< whether `bypassing_kernels` has its own
  void (*run)(const StreamKernels&, const Stream::Part&);
};

constexpr StreamKernel kStreamKernels[] = {
    {"copy", 2, true, [](const StreamKernels& by, const Stream::Part& p) { by.copy(p[2], p[0]); }},
    {"scale", 2, false, [](const StreamKernels& by, const Stream::Part& p) { by.scale(p[1], p[2], kStreamScalar); }},
    {"add", 3, false, [](const StreamKernels& by, const Stream::Part& p) { by.add(p[2], p[0], p[1]); }},
    {"triad", 3, true,
     [](const StreamKernels& by, const Stream::Part& p) { by.triad(p[0], p[1], p[2], kStreamScalar); }}};

Result<void> stream(Run& run, const Host& host, const std::vector<int>& cpus) {
  // STREAM asks for arrays of four times the last cache. Arrays above 512 MiB each would not fit small machines.
  const std::size_t bytes = std::clamp(4 * cache_size(host, 3), 64 * kMiB, 512 * kMiB) / 4096 * 4096;
  Table& table = run.table("stream", {{"kernel", "", Source::label},
                                      {"threads", "", Source::measured},
                                      {"level", "", Source::label},
                                      {"flags", "", Source::label},
                                      {"bandwidth", "GB/s", Source::measured},
                                      {"low", "GB/s", Source::measured},
                                      {"high", "GB/s", Source::measured}});
  auto levels = load_stream_levels();
  if (!levels) return levels.error();
  StreamLevel bound{{}, bypassing_kernels()};
  bound.level.name = "bound";
  bound.level.flags = "intrinsics: widest loads, stores that bypass the caches";
  levels->push_back(bound);
  const StreamLevel& last = levels->back();
  std::map<std::string, const StreamLevel*> fastest;  // of one thread, by kernel
  for (const bool every : {false, true}) {
    // All threads use the code that is fastest for one: what they then wait for is memory.
    const auto counts = [&](const StreamKernel& kernel, const StreamLevel& level) {
      if (every) return fastest.at(kernel.name) == &level;
      return &level != &last || kernel.bypasses;
    };
    const auto name_of = [](const StreamKernel& kernel, const StreamLevel& level) {
      return fmt::format("{} {}", kernel.name, level.level.name);
    };
    std::shared_ptr<Stream> arrays;
    const auto make = [&] {
      arrays = std::make_shared<Stream>(
          Stream{Memory(bytes), Memory(bytes), Memory(bytes), every ? cpus : std::vector<int>{cpus.back()}});
      arrays->run([](const Stream::Part& part) {
        std::fill(part[0].begin(), part[0].end(), 1.0);
        std::fill(part[1].begin(), part[1].end(), 2.0);
      });
      const StreamKernels first = levels->front().kernels;
      for (const StreamKernel& kernel : kStreamKernels)
        arrays->run([&](const Stream::Part& part) { kernel.run(first, part); });
      // c = a = 1; b = 3c = 3; c = a + b = 4; a = b + 3c = 15
      const Stream::Part part = {arrays->a.as<double>(), arrays->b.as<double>(), arrays->c.as<double>()};
      VTPU_CHECK(part[0].front() == 15 && part[1].front() == 3 && part[2].front() == 4,
                 "the STREAM kernels give their known answers");
      std::vector<Alternative> alternatives;
      for (const StreamKernel& kernel : kStreamKernels)
        for (const StreamLevel& level : *levels) {
          if (!counts(kernel, level)) continue;
          const auto work = [by = level.kernels, run_kernel = kernel.run](const Stream::Part& own) {
            run_kernel(by, own);
          };
          alternatives.push_back({name_of(kernel, level),
                                  kernel.arrays * static_cast<double>(bytes),
                                  [arrays, work] { arrays->run(work); },
                                  {},
                                  every});
        }
      return alternatives;
    };
    const Result<std::vector<Sampled>> all = sample_in_processes(run, make, rule_of(run, every ? 6 : 5));
    if (!all) return all.error();
    for (const StreamKernel& kernel : kStreamKernels) {
      Estimate best;
      for (const StreamLevel& level : *levels) {
        if (!counts(kernel, level)) continue;
        const Estimate estimate = named(*all, name_of(kernel, level)).units_per_ns();
        table.add({std::string(kernel.name), static_cast<double>(every ? cpus.size() : 1),
                   std::string(level.level.name), std::string(level.level.flags), estimate.value, estimate.ci.low,
                   estimate.ci.high});
        if (&level == &last) run.measured(fmt::format("host.stream.{}_gbps.bound", kernel.name), estimate, "GB/s");
        if (&level == &last || estimate.value <= best.value) continue;
        best = estimate;
        best.method += fmt::format("; bytes counted as STREAM does; the fastest level: {}", level.level.name);
        fastest[kernel.name] = &level;
      }
      run.measured(fmt::format("host.stream.{}_gbps.{}", kernel.name, every ? "all_threads" : "one_thread"), best,
                   "GB/s");
    }
  }
  run.measured("host.stream.array_bytes", fact(static_cast<double>(bytes)), "bytes");
  return {};
}

// ---- ordinary code -------------------------------------------------------------------------------------------------

Result<void> ordinary_code(Run& run) {
  const Random random = run.random(7);
  constexpr double kOpsPerRun = 600'000;  // about 100 µs
  static constexpr std::uint64_t kAdds = 1'000'000;
  std::shared_ptr<OrdinaryData> data;
  const auto make = [&] {
    data = std::make_shared<OrdinaryData>(random);
    std::vector<Alternative> alternatives;
    for (const OrdinaryLoop& loop : ordinary_loops(*data)) {
      VTPU_CHECK(loop.run(*data) == loop.answer, "an ordinary loop gives the independently computed answer");
      const auto passes = static_cast<std::size_t>(std::ceil(kOpsPerRun / loop.ops));
      alternatives.push_back({loop.name,
                              static_cast<double>(passes) * loop.ops,
                              [data, passes, pass = loop.run] {
                                for (std::size_t i = 0; i < passes; ++i) keep(pass(*data));
                              },
                              {}});
    }
    alternatives.push_back({"add_chain", kAdds, [] { run_add_chain(kAdds).ok(); }, {}});
    alternatives.push_back({"add_throughput", kAdds, [] { run_independent_adds(kAdds).ok(); }, {}});
    return alternatives;
  };
  const Result<std::vector<Sampled>> all = sample_in_processes(run, make, rule_of(run, 8));
  if (!all) return all.error();

  OrdinaryData counted(random);
  const std::vector<OrdinaryLoop> loops = ordinary_loops(counted);
  Table& table = run.table("ordinary_code", {{"loop", "", Source::label},
                                             {"ops", "ops/cycle", Source::measured},
                                             {"low", "ops/cycle", Source::measured},
                                             {"high", "ops/cycle", Source::measured},
                                             {"ops_with_control", "ops/cycle", Source::measured}});
  const std::size_t processes = all->front().cycles.size();
  std::vector<double> log_ops(processes), log_with_control(processes);
  Estimate last;
  for (const OrdinaryLoop& loop : loops) {
    const Estimate ops = named(*all, loop.name).units_per_cycle();
    const double more = (loop.ops + loop.control) / loop.ops;
    std::vector<double> with_control = ops.samples;
    for (double& sample : with_control) sample *= more;
    for (std::size_t i = 0; i < processes; ++i) {
      log_ops[i] += std::log(ops.samples[i]) / static_cast<double>(loops.size());
      log_with_control[i] += std::log(with_control[i]) / static_cast<double>(loops.size());
    }
    const std::string key = std::string("host.ordinary_code.") + loop.name;
    run.measured(key + ".ops_per_cycle", ops, "ops/cycle");
    run.measured(key + ".ops_with_control_per_cycle", of_samples(with_control, ops), "ops/cycle");
    table.add({std::string(loop.name), ops.value, ops.ci.low, ops.ci.high, ops.value * more});
    last = ops;
  }
  last.method += "; geometric mean over the loops within each process";
  for (double& value : log_ops) value = std::exp(value);
  for (double& value : log_with_control) value = std::exp(value);
  run.measured("host.ordinary_code.ops_per_cycle", of_samples(log_ops, last), "ops/cycle");
  run.measured("host.ordinary_code.ops_with_control_per_cycle", of_samples(log_with_control, last), "ops/cycle");

  const Sampled& chain = named(*all, "add_chain");
  run.measured("host.add_chain.ops_per_cycle", chain.units_per_cycle(), "ops/cycle");
  run.measured("host.core_ghz", chain.units_per_ns(), "GHz");
  run.measured("host.add_throughput.ops_per_cycle", named(*all, "add_throughput").units_per_cycle(), "ops/cycle");
  return {};
}

// ---- facts ---------------------------------------------------------------------------------------------------------

Result<void> facts(Run& run, const Host& host) {
  run.measured("host.cores", fact(host.cores), "1");
  run.measured("host.logical_cpus", fact(host.logical_cpus), "1");
  run.measured("host.smt", fact(host.smt), "1");
  run.measured("host.hardware_counters", fact(host.hardware_counters), "1");
  run.measured("host.rapl", fact(host.rapl), "1");
  run.measured("host.virtualised", fact(host.virtualised), "1");
  run.measured("host.memory_bytes", fact(static_cast<double>(host.memory_bytes)), "bytes");
  for (const int level : {1, 2, 3})
    run.measured(fmt::format("host.cache_bytes.l{}", level), fact(static_cast<double>(host.cache_bytes(level))),
                 "bytes");
  constexpr double kTscSeconds = 0.005;
  std::vector<double> ticks;
  for (int i = 0; i < 20; ++i)
    if (const Result<double> ghz = time_stamp_ghz(kTscSeconds)) ticks.push_back(*ghz);
  if (!ticks.empty()) run.measured("host.tsc_ghz", estimate_median(std::move(ticks)), "GHz");

  const auto yes = [](bool value) { return std::string(value ? "yes" : "no"); };
  Table& table = run.table("host", {{"property", "", Source::label}, {"value", "", Source::measured}});
  table.add({"processor", host.cpu_model});
  table.add({"vendor, family", host.vendor + ", " + host.family});
  table.add({"cores, threads", fmt::format("{}, {}", host.cores, host.logical_cpus)});
  table.add({"SMT", yes(host.smt)});
  for (const Cache& cache : host.caches)
    table.add({fmt::format("L{} {}", cache.level, cache.type),
               fmt::format("{} KiB, {} B lines, {}-way, shared by {}", cache.bytes / kKiB, cache.line_bytes, cache.ways,
                           cache.shared_by)});
  table.add({"memory", fmt::format("{} MiB", host.memory_bytes / kMiB)});
  table.add({"transparent huge pages", host.huge_pages});
  table.add({"kernel", host.kernel});
  table.add({"virtual machine", host.virtualised ? host.hypervisor : "no"});
  table.add({"hardware counters granted", yes(host.hardware_counters)});
  table.add({"RAPL", yes(host.rapl)});
  table.add({"frequency source", host.frequency_source});
  table.add({"source of core cycles",
             name_of(host.hardware_counters ? CycleSource::hardware_counter : CycleSource::calibrated_time)});
  return {};
}

Result<void> run_host(Run& run) {
  run.parameter<std::uint64_t>("processes_at_least", kQuickProcesses, 20);
  run.parameter<std::uint64_t>("processes_at_most", kQuickProcesses, 60);
  run.parameter("rounds_in_each_process", 1, 3);
  run.parameter("footprints",
                std::string("l1, l2, l3: a quarter of the level; miss70: 70 % misses in L1; dram: eight times L3"));
  run.parameter("ladder_largest_bytes", kLadderLargest);
  warn_of_disturbance("host");
  const std::vector<int> cpus = usable_cpus();
  const Host& host = run.host();
  if (Result<void> noted = facts(run, host); !noted) return noted;

  Progress progress("host", 4);
  const std::pair<const char*, std::function<Result<void>()>> parts[] = {
      {"sequential against random", [&] { return sequential_and_random(run, host); }},
      {"STREAM", [&] { return stream(run, host, cpus); }},
      {"ordinary code", [&] { return ordinary_code(run); }},
      {"memory ladder", [&] { return memory_ladder(run); }}};
  for (const auto& [name, part] : parts) {
    if (const Result<void> done = part(); !done) return Error{name, done.error().message(), ""};
    progress.step(name);
  }
  return {};
}

const Experiment kExperiment{
    .name = "host",
    .question =
        "What is this host, how fast are its clock and its memory, and how many operations per cycle "
        "does ordinary code retire?",
    .claims = {"mem.seq", "mem.rand", "mem.gap"},
    .inputs = {},
    .uses = vtpu::study::baselines::modules_for(vtpu::study::baselines::Use::ordinary),
    .quick_seconds = 30,
    .full_seconds = 110,
    .times_the_host = true,
    .run = run_host};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
