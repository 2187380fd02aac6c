// Asks how much of ordinary code's memory bandwidth a vTPU program reaches. Claim mem.bw says 80 %. The baseline is the
// STREAM kernels in the same process; both use one thread.
//
// The program loops over sixteen words with f32x16 vectors on regions far larger than every cache. `triad` reads two
// arrays and writes a third, `copy` reads one and writes one, `read` sums one. Bytes are counted as STREAM counts them,
// without the line fetch before a write. The baseline of `read` is the widest plain read. Control: dependent loads, one
// at a time.
//
// Parameters: bytes of an array: four times the last cache, 64 to 256 MiB. Outputs: keys vtpu.mem.bandwidth*; table
// bandwidth.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <span>

#include "vtpu/base/check.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/builder.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/memory_kernels.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/study/access/regions.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::isa;
using vtpu::Result;
using vtpu::exec::Machine;
using vtpu::exec::jit::NativeEngine;
using vtpu::memory::PageTable;
using vtpu::study::access::allocate;
using vtpu::study::access::first_of;
using Source = Column::Source;

constexpr std::size_t kCell = 64;
constexpr std::size_t kUnroll = 8;  ///< vectors of each array per loop iteration

enum class Kernel { triad, copy, read, chase };
constexpr std::pair<const char*, Kernel> kKernels[] = {
    {"triad", Kernel::triad}, {"copy", Kernel::copy}, {"read", Kernel::read}, {"chase", Kernel::chase}};
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
  const std::size_t wanted =
      std::clamp<std::size_t>(4 * read_host().cache_bytes(3), std::size_t{64} << 20, std::size_t{256} << 20);
  const std::size_t cells = wanted / kCell / kUnroll * kUnroll;
  const std::size_t bytes = cells * kCell;
  constexpr std::size_t kSteps = 8192;
  vtpu::Random random = run.random(1);
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
    alternatives.push_back({"stream triad", 3.0 * static_cast<double>(bytes), [=] { stream_triad(a, x, y, 3); }, {}});
    alternatives.push_back({"stream copy", 2.0 * static_cast<double>(bytes), [=] { stream_copy(a, x); }, {}});
    alternatives.push_back({"stream read",
                            1.0 * static_cast<double>(bytes),
                            [=] {
                              keep(wide_sum({reinterpret_cast<const std::uint64_t*>(x.data()), x.size()}));
                            },
                            {}});
    return alternatives;
  };
  SamplingRule rule;
  rule.most = 20;
  rule.rounds = run.quick() ? 1 : 3;
  rule.seconds = run.quick() ? 20 : 60;
  rule.seed = run.random(2).next();
  run.parameter("array_bytes", static_cast<std::uint64_t>(bytes));
  const auto all = sample_in_processes(run, make, rule);
  if (!all) return all.error();
  const auto rate = [&](const std::string& name) { return named(*all, name).units_per_ns(); };
  Table& table = run.table("bandwidth", {{"kernel", "", Source::label},
                                         {"vtpu", "GB/s", Source::measured},
                                         {"ordinary", "GB/s", Source::measured},
                                         {"share", "1", Source::measured},
                                         {"low", "1", Source::measured},
                                         {"high", "1", Source::measured}});
  for (const auto& [name, kernel] : kKernels) {
    const Estimate ours = rate(std::string("vtpu ") + name);
    run.measured(std::string("vtpu.mem.gbps.") + name, ours, "GB/s");
    const Estimate theirs = rate(kernel == Kernel::chase ? "stream read" : std::string("stream ") + name);
    Estimate share = estimate_ratio(ours.samples, theirs.samples);
    if (kernel == Kernel::chase) {
      share.method += "; dependent loads, one at a time, over the widest plain read";
      run.measured("vtpu.mem.bandwidth_utilisation.control", share, "1");
    } else {
      share.method += "; over ordinary code in the same processes, one thread";
      run.measured(std::string("vtpu.mem.bandwidth_utilisation.") + name, share, "1");
    }
    table.add({std::string(name), ours.value, theirs.value, share.value, share.ci.low, share.ci.high});
  }
  return {};
}

const Experiment kExperiment{.name = "mem-bandwidth",
                             .question = "How much of ordinary code's memory bandwidth does a vTPU program reach?",
                             .claims = {"mem.bw"},
                             .inputs = {},
                             .quick_seconds = 20,
                             .full_seconds = 45,
                             .times_the_host = true,
                             .run = run_bandwidth};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
