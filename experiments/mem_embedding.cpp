// Asks what one embedding lookup costs a vTPU program: read a row by its id and add it to a bag. Claim mem.embed says
// 12 ns but names neither table nor row size. Rows of 64 and of 512 bytes of f32 in tables that fit L1, L2, L3 or no
// cache are therefore separate configurations. Ids are drawn uniformly, 32 per bag.
//
// Baselines on the same table and ids: `floor` reads each row's lines with the widest loads and adds nothing up, and is
// the fastest of prefetching rows 0, 16 and 64 lookups ahead; `ordinary` is the plain loop by the compiler at -O2;
// `std` and `absl` first find the row through a hash table with 32-bit keys, as a program without coordinates would.
// All sums are checked before timing (integers, exact in any order). For tables that fit a cache, each alternative runs
// once untimed right before it is timed. For larger tables, one run reads several times the size of the last cache, or
// rows that no run before has read, so that none is left from before. Control: the rows found by std::unordered_map.
//
// The vTPU program (vtpu/study/access/embedding_program.h) prefetches each row (sprefch) 64 lines ahead of the reads.
// Ids are indices in units of 8 bytes.
//
// Needs 3 GiB of memory. Parameters: lookups per run (2^14; 2^20 and 2^18 beyond the caches). Outputs: keys
// vtpu.mem.embedding*; table embedding.
#include <absl/container/flat_hash_map.h>
#include <fmt/core.h>
#include <immintrin.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/study/access/embedding_program.h"
#include "vtpu/study/access/regions.h"

namespace {

using namespace vtpu::measure;
using vtpu::Random;
using vtpu::Result;
using vtpu::exec::Machine;
using vtpu::exec::jit::NativeEngine;
using vtpu::memory::PageTable;
using vtpu::study::access::allocate;
using Source = Column::Source;

constexpr std::size_t kBag = vtpu::study::access::kEmbeddingGroup;
constexpr std::size_t kFloorDistances[] = {0, 16, 64};  ///< the fastest is the floor
constexpr std::size_t kFarthest = 64;
constexpr std::size_t kLine = 64;
constexpr vtpu::study::access::EmbeddingRegions kRegions;

struct Data {
  Machine machine;
  std::unique_ptr<vtpu::isa::ValidProgram> program;
  std::unique_ptr<NativeEngine> engine;
  std::size_t floats = 0;  ///< per row
  std::size_t lookups = 0;
  std::span<float> table;
  std::span<std::uint32_t> ids;  ///< indices in units of 8 bytes
  std::span<float> bags;
  std::vector<std::uint32_t> keys;
  std::unordered_map<std::uint32_t, const float*> std_map;
  absl::flat_hash_map<std::uint32_t, const float*> absl_map;
};

std::shared_ptr<Data> make_data(std::size_t table_bytes, std::size_t row_bytes, std::size_t lookups, Random random) {
  PageTable::Limits limits;
  limits.bytes = 2 * table_bytes + (std::size_t{1} << 28);
  auto data = std::make_shared<Data>(
      Data{Machine(PageTable(limits)), {}, {}, row_bytes / sizeof(float), lookups, {}, {}, {}, {}, {}, {}});
  const std::size_t rows = table_bytes / row_bytes;
  data->table = allocate<float>(data->machine, kRegions.table, table_bytes);
  data->ids = allocate<std::uint32_t>(data->machine, kRegions.ids, 4 * (lookups + kFarthest));
  data->bags = allocate<float>(data->machine, kRegions.bags, lookups / kBag * row_bytes);
  for (std::size_t i = 0; i < data->table.size(); ++i) data->table[i] = static_cast<float>(vtpu::mix64(i) % 16);
  // The hash tables are keyed by row number.
  for (std::size_t i = 0; i < data->ids.size(); ++i) {
    const auto row = static_cast<std::uint32_t>(random.below(rows));
    data->ids[i] = static_cast<std::uint32_t>(row * (row_bytes / 8));
    data->keys.push_back(row);
  }
  data->std_map.reserve(rows);
  data->absl_map.reserve(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    data->std_map[static_cast<std::uint32_t>(row)] = &data->table[row * data->floats];
    data->absl_map[static_cast<std::uint32_t>(row)] = &data->table[row * data->floats];
  }
  auto valid = vtpu::isa::ValidProgram::make(vtpu::study::access::embedding_program(row_bytes / kLine, lookups, kBag));
  VTPU_CHECK(valid.ok(), "this experiment's program is valid");
  data->program = std::make_unique<vtpu::isa::ValidProgram>(std::move(*valid));
  auto engine = NativeEngine::compile(*data->program);
  VTPU_CHECK(engine.ok(), "the host runs compiled code");
  data->engine = std::make_unique<NativeEngine>(std::move(*engine));
  return data;
}

void by_vtpu(Data& data) {
  vtpu::exec::Context& sentron = data.machine.spawn();
  VTPU_CHECK(data.engine->run(data.machine, sentron) == vtpu::exec::Status::halted, "a timed program halts");
}

/// Adds the row that `find` gives for each lookup of one of several equal pieces of the bags.
template <class Find>
void by_loop(Data& data, Find find, std::size_t piece = 0, std::size_t pieces = 1) {
  const std::size_t bags = data.lookups / kBag / pieces;
  for (std::size_t bag = piece * bags; bag < (piece + 1) * bags; ++bag) {
    float* const sum = &data.bags[bag * data.floats];
    std::fill_n(sum, data.floats, 0.0F);
    for (std::size_t i = 0; i < kBag; ++i) {
      const float* const row = find(bag * kBag + i);
      for (std::size_t k = 0; k < data.floats; ++k) sum[k] += row[k];
    }
  }
}

/// Reads every line of every row, prefetched `distance` lookups ahead, and keeps only their exclusive or.
__attribute__((target("avx2"))) void floor_by_halves(const Data& data, std::size_t distance) {
  const auto* const table = reinterpret_cast<const char*>(data.table.data());
  const std::size_t bytes = data.floats * sizeof(float);
  __m256i all = _mm256_setzero_si256();
  for (std::size_t i = 0; i < data.lookups; ++i) {
    const char* const ahead = table + 8 * std::size_t{data.ids[i + distance]};
    const char* const row = table + 8 * std::size_t{data.ids[i]};
    for (std::size_t k = 0; distance > 0 && k < bytes; k += kLine) _mm_prefetch(ahead + k, _MM_HINT_T0);
    for (std::size_t k = 0; k < bytes; k += 32)
      all = _mm256_xor_si256(all, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row + k)));
  }
  keep(all);
}
__attribute__((target("avx512f"))) void floor_by_lines(const Data& data, std::size_t distance) {
  const auto* const table = reinterpret_cast<const char*>(data.table.data());
  const std::size_t bytes = data.floats * sizeof(float);
  __m512i all = _mm512_setzero_si512();
  for (std::size_t i = 0; i < data.lookups; ++i) {
    const char* const ahead = table + 8 * std::size_t{data.ids[i + distance]};
    const char* const row = table + 8 * std::size_t{data.ids[i]};
    for (std::size_t k = 0; distance > 0 && k < bytes; k += kLine) _mm_prefetch(ahead + k, _MM_HINT_T0);
    for (std::size_t k = 0; k < bytes; k += kLine) all = _mm512_xor_si512(all, _mm512_loadu_si512(row + k));
  }
  keep(all);
}
/// Uses the widest loads that this host has.
void floor_of(const Data& data, std::size_t distance) {
  __builtin_cpu_supports("avx512f") ? floor_by_lines(data, distance) : floor_by_halves(data, distance);
}

double checksum(const Data& data) {
  double sum = 0;
  for (const float x : data.bags) sum += x;
  return sum;
}

Result<void> run_embedding(Run& run) {
  warn_of_disturbance("mem-embedding");
  run.parameter<std::uint64_t>("bag", kBag);
  const Host& host = run.host();
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  const auto cache = [&](int level, std::size_t otherwise) {
    const std::uint64_t bytes = host.cache_bytes(level);
    return std::bit_floor(std::clamp<std::size_t>(bytes == 0 ? otherwise : bytes / 4, 8192, 64 * kMiB));
  };
  struct Setting {
    std::string name;
    std::size_t table, row;
    bool cached = true;
    bool apart = false;  ///< no configuration of the claim
  };
  std::vector<Setting> settings;
  for (const std::size_t row : {std::size_t{64}, std::size_t{512}})
    for (const auto& [level, bytes] : {std::pair<const char*, std::size_t>{"l1", cache(1, 8192)},
                                       {"l2", cache(2, 256 * 1024)},
                                       {"l3", cache(3, 4 * kMiB)},
                                       {"dram", 256 * kMiB}})
      settings.push_back({fmt::format("{}.row{}", level, row), bytes, row, std::string_view(level) != "dram"});
  settings.push_back({"gib.row512", 1024 * kMiB, 512, false, true});

  Table& table = run.table("embedding", {{"table", "", Source::label},
                                         {"row", "B", Source::label},
                                         {"bytes", "B", Source::label},
                                         {"vtpu", "ns", Source::measured},
                                         {"low", "ns", Source::measured},
                                         {"high", "ns", Source::measured},
                                         {"floor", "ns", Source::measured},
                                         {"share", "1", Source::measured},
                                         {"ordinary", "ns", Source::measured},
                                         {"std", "ns", Source::measured},
                                         {"absl", "ns", Source::measured}});
  Progress progress("mem-embedding", settings.size());
  std::uint64_t stream = 0;
  for (const Setting& setting : settings) {
    const std::size_t lookups = setting.cached ? std::size_t{1} << 14 : std::size_t{1} << (setting.row == 64 ? 20 : 18);
    const auto data = make_data(setting.table, setting.row, lookups, run.random(++stream));
    std::vector<Alternative> alternatives;
    double expected = -1;
    const auto add = [&](const std::string& name, std::function<void()> work, bool sums, std::size_t pieces = 1) {
      for (std::size_t piece = 0; piece < pieces; ++piece) work();
      if (sums) {
        const double found = checksum(*data);
        if (expected < 0) expected = found;
        VTPU_CHECK(found == expected, "every alternative sums the same rows");
        std::fill(data->bags.begin(), data->bags.end(), 0.0F);
      }
      alternatives.push_back(
          {name, static_cast<double>(lookups / pieces), work, setting.cached ? work : std::function<void()>{}});
    };
    add(
        "ordinary",
        [data] {
          by_loop(*data, [&](std::size_t i) {
            return reinterpret_cast<const float*>(reinterpret_cast<const char*>(data->table.data()) +
                                                  8 * std::size_t{data->ids[i]});
          });
        },
        true);
    add(
        "vtpu", [data] { by_vtpu(*data); }, true);
    // Through a hash table, a run takes the next piece only, since lookups take so much longer there.
    const std::size_t pieces = setting.cached ? 1 : 8;
    const auto add_hashed = [&](const std::string& name, const auto& find) {
      add(
          name,
          [data, find, pieces, piece = std::size_t{0}]() mutable {
            by_loop(*data, find, std::exchange(piece, (piece + 1) % pieces), pieces);
          },
          true, pieces);
    };
    add_hashed("std", [data](std::size_t i) { return data->std_map.find(data->keys[i])->second; });
    add_hashed("absl", [data](std::size_t i) { return data->absl_map.find(data->keys[i])->second; });
    for (const std::size_t distance : kFloorDistances)
      add(
          fmt::format("floor {}", distance), [data, distance] { floor_of(*data, distance); }, false);
    SamplingRule rule;
    rule.least = rule.most = run.quick() ? kQuickProcesses : 20;
    rule.rounds = run.quick() ? 1 : 3;
    rule.seconds = 30;
    rule.seed = run.random(100 + stream).next();
    const auto all = sample_in_processes(
        run, [&] { return alternatives; }, rule);
    if (!all) return all.error();
    const auto ns = [&](const std::string& name) { return named(*all, name).ns_per_unit(); };
    const Estimate ours = ns("vtpu");
    Estimate floor = ns("floor 0");
    for (const std::size_t distance : kFloorDistances)
      if (Estimate other = ns(fmt::format("floor {}", distance)); other.value < floor.value) floor = std::move(other);
    run.measured("vtpu.mem.embedding.floor." + setting.name, floor, "ns");
    run.measured((setting.apart ? "vtpu.mem.embedding." : "vtpu.mem.embedding_lookup_ns.") + setting.name, ours, "ns");
    if (setting.name == "dram.row64") {
      Estimate control = ns("std");
      control.method += "; the rows of the same table found by std::unordered_map";
      run.measured("vtpu.mem.embedding_lookup_ns.control", control, "ns");
    }
    Estimate share = estimate_ratio(floor.samples, ours.samples);
    share.method += "; time to read the same rows without adding them up, over time of the vTPU program";
    run.measured("vtpu.mem.embedding_share." + setting.name, share, "1");
    for (const char* other : {"ordinary", "std", "absl"})
      run.measured(fmt::format("vtpu.mem.embedding.{}.{}", other, setting.name), ns(other), "ns");
    table.add({setting.apart ? std::string("1 GiB") : setting.name.substr(0, setting.name.find('.')),
               static_cast<double>(setting.row), static_cast<double>(setting.table), ours.value, ours.ci.low,
               ours.ci.high, floor.value, share.value, ns("ordinary").value, ns("std").value, ns("absl").value});
    progress.step(setting.name);
  }
  return {};
}

const Experiment kExperiment{.name = "mem-embedding",
                             .question = "What does one embedding lookup cost a vTPU program?",
                             .claims = {"mem.embed"},
                             .inputs = {},
                             .quick_seconds = 24,
                             .full_seconds = 40,
                             .times_the_host = true,
                             .run = run_embedding};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
