// Asks how often the accesses of the S slots hit the first-level cache. Claims mem.l1.90 and mem.l1.95.
//
// The result is always simulated, never measured, because virtual machines deny access to hardware counters. The
// interpreter reports every address to an exact model of a set-associative cache with least-recently-used replacement
// (analysis/cache_model.h). The model has no prefetcher. There are two geometries: 32 KiB with 8 ways (as Zen 4) and 48
// KiB with 12 ways (as Zen 5). Both have 64 sets, so that the set index lies within a page and the counts do not depend
// on where the system places memory.
//
// Streams: the ten workloads; synthetic streams of 8 words per loop with the S slot filled in every word, at three
// localities (isa/generator.h), whose position moves once per loop; and a walk in which every access goes to a separate
// address, drawn uniformly from 32 MiB. Control: all streams together, in a cache of a single line.
//
// Parameters: words of each stream (quick 2×10^5, full 2×10^6). Outputs: keys vtpu.mem.l1_hit_rate.*; table
// l1_hit_rate.
#include <fmt/core.h>

#include "vtpu/analysis/cache_model.h"
#include "vtpu/base/check.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/isa/builder.h"
#include "vtpu/isa/generator.h"
#include "vtpu/kernels/workloads.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"

namespace {

using namespace vtpu::measure;
using vtpu::Result;
using vtpu::analysis::CacheGeometry;
using vtpu::analysis::CacheModel;
using Source = Column::Source;

const CacheGeometry kGeometries[] = {{"32k8", 32 * 1024, 8, 64}, {"48k12", 48 * 1024, 12, 64}};

struct Stream {
  std::string name;
  vtpu::isa::Program program;
};

/// Words that compute a random number, then an access to the address that it gives.
vtpu::isa::Program shuffled_walk(std::uint64_t accesses) {
  using namespace vtpu::isa;
  constexpr std::uint32_t kLines = 2048, kCells = 2048;  // of 8 bytes
  Builder b("shuffled_walk");
  const P table{0}, last{1};
  const R state{0}, place{1}, counter{15};
  const vtpu::phext::PackedCoordinate first;
  using vtpu::phext::Axis;
  b.word(op(Opcode::dmov_coord, table, b.coordinate(first)));
  b.word(op(Opcode::dmov_coord, last, b.coordinate(first.with(Axis::line, kLines - 1).with(Axis::column, kCells - 1))));
  b.word(op(Opcode::salloc, R{2}, table, last, Allocation{3, 3, Layout::row_major}));
  b.word(op(Opcode::dmov_i64, state, 1));
  b.word(op(Opcode::dmov_i64, R{3}, 6364136223846793005));  // Knuth's MMIX multiplier
  b.counted_loop(counter, accesses, [&] {
    b.word(op(Opcode::dmul_i64, state, state, R{3}));
    b.word(op(Opcode::dadd_i64, state, state, 1442695040888963407));
    b.word(op(Opcode::dshr_i64, place, state, 64 - 22));
    b.word(op(Opcode::sgather_i64, R{4}, at(table, place, 8)));
  });
  b.word(op(Opcode::dhalt));
  return b.build();
}

std::vector<Stream> streams(double words) {
  std::vector<Stream> all;
  for (const auto& workload : vtpu::kernels::workloads()) {
    const auto iterations = static_cast<std::uint64_t>(words / workload.words) + 1;
    all.push_back({std::string(workload.name), workload.make(iterations, 1)});
  }
  constexpr std::size_t kWords = 8;
  for (const auto locality : vtpu::isa::kLocalities) {
    auto program = vtpu::isa::synthetic_program({.mix = vtpu::isa::Mix::sparse,
                                                 .locality = locality,
                                                 .words = kWords,
                                                 .iterations = static_cast<std::uint64_t>(words / kWords) + 1});
    VTPU_CHECK(program.ok(), "this experiment's specs are within range");
    all.push_back({"synthetic_" + std::string(name_of(locality)), std::move(*program)});
  }
  all.push_back({"shuffled", shuffled_walk(static_cast<std::uint64_t>(words / 2) + 1)});
  return all;
}

Result<void> run_s_pipe(Run& run) {
  const double words = run.parameter<double>("words", 2e5, 2e6);
  Table& table = run.table("l1_hit_rate", {{"stream", "", Source::label},
                                           {"accesses", "1", Source::simulated},
                                           {"rate_32k8", "1", Source::simulated},
                                           {"rate_48k12", "1", Source::simulated}});
  const std::vector<Stream> all = streams(words);
  Progress progress("mem-s-pipe", all.size());
  double line_accesses = 0, line_hits = 0;
  for (const Stream& stream : all) {
    std::vector<CacheModel> models;
    for (const CacheGeometry& geometry : kGeometries) models.push_back(*CacheModel::make({geometry}));
    CacheModel one_line = *CacheModel::make({CacheGeometry{"line", 64, 1, 64}});
    const auto valid = vtpu::isa::ValidProgram::make(stream.program);
    if (!valid) return valid.error();
    vtpu::exec::Machine machine;
    vtpu::exec::Context& sentron = machine.spawn();
    const auto status =
        vtpu::exec::Interpreter(*valid).run_observed(machine, sentron, [&](const vtpu::exec::MemoryAccess& a) {
          const auto address = reinterpret_cast<std::uintptr_t>(a.address);
          for (CacheModel& model : models) model.access(address, a.bytes, a.write);
          one_line.access(address, a.bytes, a.write);
        });
    VTPU_CHECK(status == vtpu::exec::Status::halted, "the streams halt");
    std::vector<vtpu::measure::Cell> row{stream.name,
                                         static_cast<double>(models.front().levels().front().counters().accesses())};
    for (std::size_t i = 0; i < models.size(); ++i) {
      const double rate = models[i].levels().front().counters().hit_rate();
      const std::string method =
          fmt::format("line accesses of the S slots in an exact model of a cache with {} KiB and {} ways",
                      kGeometries[i].bytes / 1024, kGeometries[i].ways);
      run.simulated(fmt::format("vtpu.mem.l1_hit_rate.{}.{}", kGeometries[i].name, stream.name), rate, "1", method);
      row.emplace_back(rate);
    }
    const auto& counters = one_line.levels().front().counters();
    line_accesses += static_cast<double>(counters.accesses());
    line_hits += counters.hit_rate() * static_cast<double>(counters.accesses());
    table.add(std::move(row));
    progress.step(stream.name);
  }
  run.simulated("vtpu.mem.l1_hit_rate.control", line_hits / line_accesses, "1",
                "line accesses of all streams together in an exact model of a cache of one line");
  return {};
}

const Experiment kExperiment{.name = "mem-s-pipe",
                             .question = "How often do the accesses of the S slots hit the first-level cache?",
                             .claims = {"mem.l1.90", "mem.l1.95"},
                             .inputs = {},
                             .quick_seconds = 3,
                             .full_seconds = 30,
                             .times_the_host = false,
                             .run = run_s_pipe};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
