// Asks how often the accesses of the S slots hit the first-level cache. Claims mem.l1.90 and mem.l1.95.
//
// The result is always simulated, never measured, because virtual machines deny access to hardware counters. The
// interpreter reports every address to an exact model of a set-associative cache with least-recently-used replacement
// (analysis/cache_model.h). The model has no prefetcher. There are two geometries: 32 KiB with 8 ways, the cache of the
// processor that the sources name (AMD Ryzen 9 8945HS, Zen 4), by which the claims are judged; and 48 KiB with 12 ways
// (as Zen 5). Both have 64 sets, so that the set index lies within a page and the counts do not depend on where the
// system places memory. A stream whose working set fits the cache hits by construction; its size stands beside the
// rate.
//
// Streams: the ten workloads; synthetic streams of 8 words per loop with the S slot filled in every word, at three
// localities (isa/generator.h), whose position moves once per loop; and a walk in which every access goes to a separate
// address, drawn uniformly from 32 MiB. Control: all streams together, in a cache of a single line.
//
// Reads: the accesses of the experiment host to one array, whose cycles mem.seq, mem.rand and mem.gap judge, in the
// same caches: 8 bytes at a time (scalar), 64 bytes at a time (vector), and a random chase. Arrays: a quarter of each
// cache of the named processor, eight times its last, and the smallest whose chase misses 70 %, as the source of these
// claims states.
//
// Parameters: words of each stream (quick 2×10^5, full 2×10^6). Outputs: keys vtpu.mem.l1_hit_rate.*,
// vtpu.mem.l1_hits.* (of reads); tables l1_hit_rate, l1_reads.
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "vtpu/analysis/cache_model.h"
#include "vtpu/base/check.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/isa/builder.h"
#include "vtpu/isa/generator.h"
#include "vtpu/kernels/workloads.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/runtime/scheduler.h"
#include "vtpu/study/access/chase_misses.h"

namespace {

using namespace vtpu::measure;
using vtpu::Result;
using vtpu::analysis::CacheGeometry;
using vtpu::analysis::CacheModel;
using Source = Column::Source;

constexpr std::uintptr_t kLine = 64;
const CacheGeometry kGeometries[] = {{"32k8", 32 * 1024, 8, 64}, {"48k12", 48 * 1024, 12, 64}};

struct Stream {
  std::string name;
  vtpu::isa::Program program;
  unsigned sentrons = 1;
};

/// An interpreter that reports every access to memory.
class Observed final : public vtpu::exec::Engine {
 public:
  Observed(const vtpu::isa::ValidProgram& program, vtpu::exec::AccessObserver observer)
      : interpreter_(program), observer_(std::move(observer)) {}
  vtpu::exec::Status run(vtpu::exec::Machine& machine, vtpu::exec::Context& context) const override {
    return interpreter_.run_observed(machine, context, observer_);
  }
  const vtpu::isa::Program& program() const override { return interpreter_.program(); }

 private:
  vtpu::exec::Interpreter interpreter_;
  vtpu::exec::AccessObserver observer_;
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
    all.push_back({std::string(workload.name), workload.make(iterations, 1), vtpu::kernels::kSentrons});
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

/// Share of the loads of `width` bytes that hit, in sequence through `bytes` bytes, after a pass that fills the cache.
double sequential_hits(const CacheGeometry& geometry, std::size_t bytes, std::size_t width) {
  constexpr std::size_t kMost = std::size_t{1} << 20;  // bytes, far more than a first-level cache has
  vtpu::analysis::Cache model(geometry);
  const auto pass = [&] {
    const std::uint64_t before = model.counters().hits;
    for (std::size_t at = 0; at < std::min(bytes, kMost); at += width) model.access(at / geometry.line, false);
    return static_cast<double>(model.counters().hits - before) * static_cast<double>(width) /
           static_cast<double>(std::min(bytes, kMost));
  };
  pass();
  return pass();
}

void read_arrays(Run& run) {
  constexpr std::size_t kKiB = 1024;
  Table& table = run.table("l1_reads", {{"level", "", Source::label},
                                        {"size", "KiB", Source::computed},
                                        {"scalar", "1", Source::simulated},
                                        {"vector", "1", Source::simulated},
                                        {"random", "1", Source::simulated}});
  const CacheGeometry& named = kGeometries[0];
  const vtpu::Random random = run.random(1);
  const std::pair<const char*, std::size_t> levels[] = {
      {"l1", 8 * kKiB},
      {"miss70", vtpu::study::access::bytes_whose_chase_misses(0.7, named, random)},
      {"l2", 256 * kKiB},
      {"l3", 4096 * kKiB},
      {"dram", 131072 * kKiB}};
  for (const auto& [level, bytes] : levels) {
    const double scalar = sequential_hits(named, bytes, 8), vector = sequential_hits(named, bytes, 64);
    const double chase = 1 - vtpu::study::access::chase_miss_rate(named, bytes / 8, random);
    const std::string method =
        fmt::format("loads of an array of {} KiB in an exact model of a cache with 32 KiB and 8 ways; ", bytes / kKiB);
    run.simulated(fmt::format("vtpu.mem.l1_hits.{}.scalar", level), scalar, "1", method + "8 bytes in sequence");
    run.simulated(fmt::format("vtpu.mem.l1_hits.{}.vector", level), vector, "1", method + "64 bytes in sequence");
    run.simulated(fmt::format("vtpu.mem.l1_hits.{}.random", level), chase, "1", method + "one random cycle of 8 bytes");
    table.add({std::string(level), static_cast<double>(bytes) / kKiB, scalar, vector, chase});
  }
}

Result<void> run_s_pipe(Run& run) {
  const double words = run.parameter<double>("words", 2e5, 2e6);
  Table& table = run.table("l1_hit_rate", {{"stream", "", Source::label},
                                           {"accesses", "1", Source::simulated},
                                           {"working_set", "KiB", Source::simulated},
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
    for (unsigned i = 0; i < stream.sentrons; ++i) machine.spawn();
    std::unordered_set<std::uintptr_t> lines;
    const Observed engine(*valid, [&](const vtpu::exec::MemoryAccess& a) {
      const auto address = reinterpret_cast<std::uintptr_t>(a.address);
      for (auto line = address / kLine; line <= (address + a.bytes - 1) / kLine; ++line) lines.insert(line);
      for (CacheModel& model : models) model.access(address, a.bytes, a.write);
      one_line.access(address, a.bytes, a.write);
    });
    vtpu::runtime::CooperativeScheduler(machine, std::vector<const vtpu::exec::Engine*>(stream.sentrons, &engine))
        .run();
    for (const auto& sentron : machine.sentrons())
      VTPU_CHECK(sentron->status == vtpu::exec::Status::halted, "the streams halt");
    std::vector<vtpu::measure::Cell> row{stream.name,
                                         static_cast<double>(models.front().levels().front().counters().accesses()),
                                         static_cast<double>(lines.size() * kLine) / 1024};
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
  read_arrays(run);
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
