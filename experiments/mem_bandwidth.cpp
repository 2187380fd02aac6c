// Asks how much of the memory bandwidth a vTPU program uses. Claim mem.bw says 80 %. The baselines are STREAM in the
// same process, by every row of study/baselines/compilers.def for this host (gcc and clang, with contraction, without
// it, and with -ffast-math, where it gives the same bytes), and the same kernels by hand: the widest loads, and stores
// that bypass the caches. The claim compares each kernel with the fastest of all of these, since the bandwidth that can
// be used is what the best code reaches; the share of the fastest compiled one stands beside it. All use one thread.
//
// The program loops over sixteen words with f32x16 vectors on regions far larger than every cache. `triad` reads two
// arrays and writes a third, `copy` reads one and writes one, `read` sums one. Bytes are counted as STREAM counts them,
// without the line fetch before a write. Control: dependent loads, one at a time, against the best `read`.
//
// Parameters: bytes of an array: four times the last cache, 64 to 256 MiB. Outputs: keys vtpu.mem.bandwidth*,
// vtpu.mem.gbps.*; tables bandwidth, bandwidth_levels.
#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/builder.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/memory_kernels.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/measure/stream.h"
#include "vtpu/study/access/regions.h"
#include "vtpu/study/baselines/ordinary.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::isa;
using vtpu::Result;
using vtpu::exec::Machine;
using vtpu::exec::jit::NativeEngine;
using vtpu::memory::PageTable;
using vtpu::study::access::allocate;
using vtpu::study::access::first_of;
using vtpu::study::baselines::is_stream;
using vtpu::study::baselines::load_stream_levels;
using vtpu::study::baselines::StreamLevel;
using Source = Column::Source;

constexpr std::size_t kCell = 64;
constexpr std::size_t kUnroll = 8;  ///< vectors of each array per loop iteration

enum class Kernel { triad, copy, read, chase };
constexpr std::pair<const char*, Kernel> kKernels[] = {
    {"triad", Kernel::triad}, {"copy", Kernel::copy}, {"read", Kernel::read}, {"chase", Kernel::chase}};
const char* name_of(Kernel kernel) { return kKernels[static_cast<std::size_t>(kernel)].first; }
double arrays_of(Kernel kernel) { return kernel == Kernel::triad ? 3 : kernel == Kernel::copy ? 2 : 1; }

/// Regions 0 (written), 1 and 2 must exist. `steps`: number of steps of the chase.
vtpu::isa::Program program_of(Kernel kernel, std::size_t cells, std::size_t steps) {
  Builder b("bandwidth");
  const P a{0}, x{1}, y{2};
  const R index{14}, counter{15};
  for (const auto& [p, region] : {std::pair{a, 0u}, {x, 1u}, {y, 2u}})
    b.word(op(Opcode::dmov_coord, p, b.coordinate(first_of(region))));
  b.word(op(Opcode::dmov_i64, index, 0));
  b.word(op(Opcode::dmov_i64, R{0}, 0x40400000));  // 3.0
  b.word(op(Opcode::dbcast_i32, V{15}, R{0}));
  b.word(op(Opcode::dmov_i64, R{0}, 0));
  const auto place = [&](P p, std::size_t i) { return at(p, index, 1, static_cast<std::int32_t>(i * kCell)); };
  const Op step = op(Opcode::dadd_i64, index, index, kUnroll * kCell);
  if (kernel == Kernel::chase) {
    b.counted_loop(counter, steps, [&] { b.word(op(Opcode::sgather_i64, R{0}, at(x, R{0}, 8))); });
  } else {
    b.counted_loop(counter, cells / kUnroll, [&] {
      for (std::size_t i = 0; i < kUnroll; ++i) {
        const V u{static_cast<unsigned>(i)}, w{static_cast<unsigned>((i + 7) % 8)};
        const bool last = i + 1 == kUnroll;
        b.word(op(Opcode::sgather_v64, u, place(x, i)));
        if (kernel == Kernel::triad) {
          b.word(op(Opcode::sgather_v64, V{8}, place(y, i)));
          b.word(op(Opcode::dfma_f32x16, V{9}, V{8}, V{15}, u));
          b.word(op(Opcode::sscattr_v64, V{9}, place(a, i)));
        } else if (kernel == Kernel::copy) {
          b.word(op(Opcode::sscattr_v64, u, place(a, i)));
        } else {
          b.word(
              op(Opcode::dadd_f32x16, V{10u + static_cast<unsigned>(i % 4)}, V{10u + static_cast<unsigned>(i % 4)}, w));
        }
        if (last) b.word(step);
      }
    });
  }
  b.word(op(Opcode::dhalt));
  return b.build();
}

/// The regions of one process, and the engines that run over them.
struct Setting {
  Machine machine;
  std::vector<std::unique_ptr<ValidProgram>> programs;
  std::vector<std::unique_ptr<NativeEngine>> engines;
};

Result<void> run_bandwidth(Run& run) {
  warn_of_disturbance("mem-bandwidth");
  constexpr std::size_t kLeast = std::size_t{64} << 20, kMost = std::size_t{256} << 20;
  run.parameter<std::uint64_t>("array_bytes_at_least", kLeast);
  run.parameter<std::uint64_t>("array_bytes_at_most", kMost);
  const std::size_t times = run.parameter("array_bytes_over_l3", 4U);
  const std::size_t wanted = std::clamp<std::size_t>(times * run.host().cache_bytes(3), kLeast, kMost);
  const std::size_t cells = wanted / kCell / kUnroll * kUnroll;
  const std::size_t bytes = cells * kCell;
  constexpr std::size_t kSteps = 8192;
  vtpu::Random random = run.random(1);
  const auto levels = load_stream_levels();
  if (!levels) return levels.error();
  std::vector<std::pair<std::string, StreamKernels>> ordinary;
  for (const StreamLevel& one : *levels) ordinary.emplace_back(one.level.name, one.kernels);
  ordinary.emplace_back("by_hand", bypassing_kernels());
  VTPU_CHECK(is_stream(bypassing_kernels()), "the kernels by hand give their known answers");
  const auto make = [&] {
    PageTable::Limits limits;
    limits.bytes = 4 * bytes;
    auto setting = std::make_shared<Setting>(Setting{Machine(PageTable(limits)), {}, {}});
    std::span<double> arrays[3];
    for (std::uint32_t region = 0; region < 3; ++region) {
      arrays[region] = allocate<double>(setting->machine, region, bytes);
      std::fill(arrays[region].begin(), arrays[region].end(), 0.0);
    }
    const auto a = arrays[0], x = arrays[1], y = arrays[2];
    vtpu::Random order = random.fork(1);
    link_cycle({reinterpret_cast<std::uint64_t*>(x.data()), x.size()}, kCell / 8, order);
    std::vector<Alternative> alternatives;
    for (const auto& [name, kernel] : kKernels) {
      auto valid = ValidProgram::make(program_of(kernel, cells, kSteps));
      VTPU_CHECK(valid.ok(), "this experiment's programs are valid");
      setting->programs.push_back(std::make_unique<ValidProgram>(std::move(*valid)));
      auto engine = NativeEngine::compile(*setting->programs.back());
      VTPU_CHECK(engine.ok(), "the host runs compiled code");
      setting->engines.push_back(std::make_unique<NativeEngine>(std::move(*engine)));
      const NativeEngine* const native = setting->engines.back().get();
      const double work =
          kernel == Kernel::chase ? double{kSteps} * kCell : arrays_of(kernel) * static_cast<double>(bytes);
      alternatives.push_back({std::string("vtpu ") + name,
                              work,
                              [setting, native] {
                                vtpu::exec::Context& sentron = setting->machine.spawn();
                                VTPU_CHECK(native->run(setting->machine, sentron) == vtpu::exec::Status::halted,
                                           "a timed program halts");
                              },
                              {}});
    }
    const std::span<const std::uint64_t> cells_of_x{reinterpret_cast<const std::uint64_t*>(x.data()), x.size()};
    for (const auto& [level, kernels] : ordinary) {
      const auto add = [&, level = level](Kernel kernel, std::function<void()> work) {
        alternatives.push_back({fmt::format("{} {}", level, name_of(kernel)),
                                arrays_of(kernel) * static_cast<double>(bytes),
                                std::move(work),
                                {}});
      };
      add(Kernel::triad, [=, triad = kernels.triad] { triad(a, x, y, 3); });
      add(Kernel::copy, [=, copy = kernels.copy] { copy(a, x); });
      add(Kernel::read, [=, read = kernels.read] { keep(read(cells_of_x)); });
    }
    return alternatives;
  };
  SamplingRule rule;
  rule.least = rule.most = run.quick() ? kQuickProcesses : 20;
  rule.rounds = run.quick() ? 1 : 3;
  rule.seconds = run.quick() ? 20 : 60;
  rule.seed = run.random(2).next();
  const double array_bytes = static_cast<double>(bytes);
  run.measured("vtpu.mem.bandwidth_array_bytes", {array_bytes, {array_bytes, array_bytes}, {}, 1, "follows L3"},
               "bytes");
  const auto all = sample_in_processes(run, make, rule);
  if (!all) return all.error();
  const auto rate = [&](const std::string& name) { return named(*all, name).units_per_ns(); };
  Table& table = run.table("bandwidth", {{"kernel", "", Source::label},
                                         {"vtpu", "GB/s", Source::measured},
                                         {"ordinary", "GB/s", Source::measured},
                                         {"level", "", Source::label},
                                         {"share", "1", Source::measured},
                                         {"low", "1", Source::measured},
                                         {"high", "1", Source::measured},
                                         {"best", "GB/s", Source::measured},
                                         {"best_level", "", Source::label},
                                         {"share_of_best", "1", Source::measured},
                                         {"best_low", "1", Source::measured},
                                         {"best_high", "1", Source::measured}});
  Table& by_level = run.table("bandwidth_levels", {{"kernel", "", Source::label},
                                                   {"level", "", Source::label},
                                                   {"flags", "", Source::label},
                                                   {"rate", "GB/s", Source::measured},
                                                   {"low", "GB/s", Source::measured},
                                                   {"high", "GB/s", Source::measured}});
  const auto row_of = [&](Kernel kernel, std::string_view level, std::string_view flags) {
    const Estimate estimate = rate(fmt::format("{} {}", level, name_of(kernel)));
    run.measured(fmt::format("vtpu.mem.gbps.{}.{}", name_of(kernel), level), estimate, "GB/s");
    by_level.add({std::string(name_of(kernel)), std::string(level), std::string(flags), estimate.value, estimate.ci.low,
                  estimate.ci.high});
    return estimate;
  };
  // The chase is compared with a read.
  std::map<Kernel, Estimate> best, fastest;
  std::map<Kernel, std::string> best_level, fastest_level;
  for (const Kernel kernel : {Kernel::triad, Kernel::copy, Kernel::read}) {
    for (const StreamLevel& one : *levels) {
      const Estimate estimate = row_of(kernel, one.level.name, one.level.flags);
      if (fastest.contains(kernel) && estimate.value <= fastest.at(kernel).value) continue;
      fastest[kernel] = estimate;
      fastest_level[kernel] = std::string(one.level.name);
    }
    const Estimate by_hand = row_of(kernel, "by_hand", "intrinsics: widest loads, stores that bypass the caches");
    const bool hand_is_best = by_hand.value > fastest.at(kernel).value;
    best[kernel] = hand_is_best ? by_hand : fastest.at(kernel);
    best_level[kernel] = hand_is_best ? "by_hand" : fastest_level.at(kernel);
  }
  for (const auto& [name, kernel] : kKernels) {
    const Estimate ours = rate(std::string("vtpu ") + name);
    run.measured(std::string("vtpu.mem.gbps.") + name, ours, "GB/s");
    const Kernel like = kernel == Kernel::chase ? Kernel::read : kernel;
    const Estimate theirs = fastest.at(like), most = best.at(like);
    Estimate share = estimate_ratio(ours.samples, theirs.samples);
    Estimate of_best = estimate_ratio(ours.samples, most.samples);
    of_best.method += "; over the best kernel of the same processes (" + best_level.at(like) + "), one thread";
    if (kernel == Kernel::chase) {
      of_best.method += "; dependent loads, one at a time, over the best read";
      run.measured("vtpu.mem.bandwidth_of_best.control", of_best, "1");
    } else {
      share.method +=
          "; over the fastest ordinary code in the same processes (" + fastest_level.at(like) + "), one thread";
      run.measured(std::string("vtpu.mem.bandwidth_utilisation.") + name, share, "1");
      run.measured(std::string("vtpu.mem.bandwidth_of_best.") + name, of_best, "1");
    }
    table.add({std::string(name), ours.value, theirs.value, fastest_level.at(like), share.value, share.ci.low,
               share.ci.high, most.value, best_level.at(like), of_best.value, of_best.ci.low, of_best.ci.high});
  }
  return {};
}

const Experiment kExperiment{.name = "mem-bandwidth",
                             .question = "How much of the memory bandwidth does a vTPU program use?",
                             .claims = {"mem.bw"},
                             .inputs = {},
                             .uses = vtpu::study::baselines::modules_for(vtpu::study::baselines::Use::ordinary),
                             .quick_seconds = 15,
                             .full_seconds = 45,
                             .times_the_host = true,
                             .run = run_bandwidth};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
