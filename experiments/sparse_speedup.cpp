// Asks how much faster a sparse lookup is than the dense product that it replaces, by the share of rows that it uses.
//
// Both compute the same vector: the sum of the table rows that a step requests. Dense: every row times the number of
// its requests (0 for most rows), a product of a multi-hot vector and the table that streams all rows. It is computed
// by OpenBLAS (sgemv), by the plain loop, and for sixteen such vectors at once by OpenBLAS (sgemm; time per vector).
// Sparse: the vTPU's S-pipe reads the requested rows by their ids, in random order
// (vtpu/study/access/embedding_program.h). Other baselines are the compiler's plain loop over ids and `skip`, the dense
// loop that skips zeros. Rows have 128 f32 as in the source's example, whose 10^6 used rows out of 10^9 are a density
// of 1/1000. Every row is requested at most once.
//
// Speed-up: time of dense by OpenBLAS over time of the vTPU. The claims are judged at the source's own density, 1/1000,
// in a table of 1,024,000 rows (524 MB, larger than any cache); with the source's 10^9 rows both times grow alike.
// Other densities, and a table of a quarter of the last cache (`cached`), show the curve. Control: every row used. A
// run on the large table reads about 2^18 rows, different ones for every list, so that no row is still in a cache from
// the previous list. Sums are integers, exact in any order, and checked before timing. A dense baseline can be made to
// give any factor by choice of the density. The informative value is where the curve crosses the sources' figures
// (sparse.density_for.*), found by linear interpolation between densities on logarithmic axes.
//
// A whole step: 4096 chips (quick: 256) with 244,141 rows each (10^9 in all) look up 100 to 10,000 rows per chip.
// Reading: the number of rows read on the busiest chip times the measured time per row in the large table. Exchange:
// simulated, deduplicated (net/sparse), the time of the busiest channels plus 500 ns per hop (assumed) of the longest
// paths, on the 3D torus and on the 2D torus, 50 GB/s per link. Dense: each chip's rows once at the measured time of
// sgemv, without any exchange, which favours the dense variant.
//
// Embeddings in host memory (published: data/published/sparsecore.csv, SC-029) cannot be measured without a link to a
// host. The experiment measures instead how much longer a row takes from memory than from the last cache.
//
// Needs 2 GiB. Claims: sparse.speedup, sparse.range. Outputs: keys sparse.*; tables speedup, step.
#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/net/network.h"
#include "vtpu/net/sparse/exchange.h"
#include "vtpu/net/sparse/exchange_load.h"
#include "vtpu/net/sparse/lookups.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/study/access/embedding_program.h"
#include "vtpu/study/access/regions.h"
#include "vtpu/study/baselines/peers.h"

namespace {

using namespace vtpu::measure;
using vtpu::Random;
using vtpu::Result;
using vtpu::exec::Machine;
using vtpu::exec::jit::NativeEngine;
using vtpu::isa::ValidProgram;
using vtpu::memory::PageTable;
using vtpu::study::access::kEmbeddingGroup;
using vtpu::study::access::kEmbeddingLinesAhead;
using Source = Column::Source;

constexpr std::size_t kWidth = 128;
constexpr std::size_t kRowBytes = kWidth * sizeof(float);
constexpr std::size_t kLines = kRowBytes / 64;
constexpr std::size_t kVectors = 16;                     // vectors multiplied at once by sgemm
constexpr std::size_t kOfSource = 1000;                  // reciprocal of the source's density
constexpr std::size_t kCompared[] = {2, 32, kOfSource};  // reciprocals of the densities with all baselines
constexpr vtpu::study::access::EmbeddingRegions kRegions;

// ---- the table and the alternatives that add up its rows

/// A table and its rows in random order. The lists of a density are consecutive pieces of that order.
struct Data {
  Machine machine;
  std::size_t rows;
  std::size_t least;  ///< rows per run, to a whole number of lists
  std::span<float> table;
  std::span<std::uint32_t> ids;  ///< indices in units of 8 bytes
  std::span<float> sums;
  std::vector<float> multi_hot;  ///< kVectors vectors, row-major; each has one row in 32
  std::vector<float> product;

  std::size_t list(std::size_t one_in) const { return rows / one_in; }
  /// Rows of all lists of a run.
  std::size_t lookups(std::size_t one_in) const {
    return std::max<std::size_t>(1, least / list(one_in)) * list(one_in);
  }
  std::size_t row_of(std::size_t place) const { return ids[place] / (kRowBytes / 8); }
};

std::shared_ptr<Data> make_data(std::size_t rows, std::size_t least, Random random) {
  PageTable::Limits limits;
  limits.bytes = rows * kRowBytes + (std::size_t{1} << 28);
  auto data = std::make_shared<Data>(Data{Machine(PageTable(limits)), rows, least, {}, {}, {}, {}, {}});
  using vtpu::study::access::allocate;
  data->table = allocate<float>(data->machine, kRegions.table, rows * kRowBytes);
  data->ids =
      allocate<std::uint32_t>(data->machine, kRegions.ids, sizeof(std::uint32_t) * (rows + kEmbeddingLinesAhead));
  data->sums = allocate<float>(data->machine, kRegions.bags, least / kEmbeddingGroup * kRowBytes);
  for (std::size_t i = 0; i < data->table.size(); ++i) data->table[i] = static_cast<float>(vtpu::mix64(i) % 16);
  std::vector<std::uint32_t> order(rows);
  for (std::size_t row = 0; row < rows; ++row) order[row] = static_cast<std::uint32_t>(row * (kRowBytes / 8));
  random.shuffle(order);
  for (std::size_t i = 0; i < data->ids.size(); ++i) data->ids[i] = order[i % rows];
  data->multi_hot.assign(kVectors * rows, 0);
  for (std::size_t v = 0; v < kVectors; ++v)
    for (std::size_t i = 0; i < rows / 32; ++i)
      data->multi_hot[v * rows + data->row_of((v * (rows / 32) + i) % rows)] = 1;
  data->product.assign(kVectors * kWidth, 0);
  return data;
}

/// The vTPU program for the lists of one density.
class Gather {
 public:
  Gather(std::shared_ptr<Data> data, std::size_t one_in) : data_(std::move(data)) {
    auto valid = ValidProgram::make(
        vtpu::study::access::embedding_program(kLines, data_->lookups(one_in), data_->list(one_in), kRegions));
    VTPU_CHECK(valid.ok(), "the program is valid");
    program_ = std::make_unique<ValidProgram>(*std::move(valid));
    auto engine = NativeEngine::compile(*program_);
    VTPU_CHECK(engine.ok(), "the host runs compiled code");
    engine_ = std::make_unique<NativeEngine>(*std::move(engine));
  }
  void run() const {
    vtpu::exec::Context& sentron = data_->machine.spawn();
    VTPU_CHECK(engine_->run(data_->machine, sentron) == vtpu::exec::Status::halted, "a timed program halts");
  }

 private:
  std::shared_ptr<Data> data_;
  std::unique_ptr<ValidProgram> program_;
  std::unique_ptr<NativeEngine> engine_;
};

/// The same sums by the compiler's loop over ids.
void gather_plainly(Data& data, std::size_t one_in) {
  const std::size_t bag = data.list(one_in);
  for (std::size_t list = 0; list < data.lookups(one_in) / bag; ++list) {
    float* const sum = &data.sums[list * kWidth];
    std::fill_n(sum, kWidth, 0.0F);
    for (std::size_t i = 0; i < bag; ++i) {
      const float* const row = &data.table[2 * std::size_t{data.ids[list * bag + i]}];
      for (std::size_t k = 0; k < kWidth; ++k) sum[k] += row[k];
    }
  }
}

/// Adds every row times the number of its requests. `skip`: only rows that are requested.
template <bool skip>
void multiply_plainly(Data& data, const float* counts) {
  float* const sum = data.product.data();
  std::fill_n(sum, kWidth, 0.0F);
  for (std::size_t row = 0; row < data.rows; ++row) {
    const float count = counts[row];
    if (skip && count == 0) continue;
    for (std::size_t k = 0; k < kWidth; ++k) sum[k] += count * data.table[row * kWidth + k];
  }
}

/// Multiplies `vectors` multi-hot vectors at once.
void multiply_by_openblas(Data& data, float* multi_hot, std::size_t vectors) {
  const vtpu::kernels::ReferenceFunction gemm = vtpu::study::baselines::openblas_peer("gemm");
  const std::int64_t parameters[] = {static_cast<std::int64_t>(vectors), kWidth, static_cast<std::int64_t>(data.rows)};
  void* const tensors[] = {multi_hot, data.table.data(), data.product.data()};
  gemm(parameters, tensors);
}

/// The first list of a density as a multi-hot vector.
std::vector<float> counts_of(const Data& data, std::size_t one_in) {
  std::vector<float> counts(data.rows, 0);
  for (std::size_t i = 0; i < data.list(one_in); ++i) counts[data.row_of(i)] = 1;
  return counts;
}

// ---- timing

struct Size {
  std::string name;
  std::size_t rows;
  std::size_t least;
  bool cached;
  std::vector<std::size_t> densities;  // reciprocals of densities
};

bool is_compared(std::size_t one_in) { return std::ranges::find(kCompared, one_in) != std::end(kCompared); }

/// Times per step of each alternative; the names are "vtpu <n>", "plain <n>", "skip <n>", "naive", "gemv" and "gemm".
Result<std::vector<Sampled>> time_all(Run& run, const Size& size, const std::shared_ptr<Data>& data) {
  std::vector<Alternative> alternatives;
  std::vector<float> first(kWidth);
  const auto add = [&](const std::string& name, double steps, std::function<void()> work) {
    alternatives.push_back({name, steps, work, size.cached ? work : std::function<void()>{}});
  };
  const auto same = [&](std::span<const float> sum) { return std::equal(first.begin(), first.end(), sum.begin()); };
  for (const std::size_t one_in : size.densities) {
    const auto counts = std::make_shared<std::vector<float>>(counts_of(*data, one_in));
    multiply_plainly<false>(*data, counts->data());
    std::copy_n(data->product.begin(), kWidth, first.begin());
    const double lists = static_cast<double>(data->lookups(one_in) / data->list(one_in));
    const auto gather = std::make_shared<Gather>(data, one_in);
    gather->run();
    VTPU_CHECK(same(data->sums), "the vTPU program adds up the rows of the list");
    add(fmt::format("vtpu {}", one_in), lists, [gather] { gather->run(); });
    if (!is_compared(one_in)) continue;
    gather_plainly(*data, one_in);
    VTPU_CHECK(same(data->sums), "the plain loop adds up the rows of the list");
    add(fmt::format("plain {}", one_in), lists, [data, one_in] { gather_plainly(*data, one_in); });
    multiply_plainly<true>(*data, counts->data());
    VTPU_CHECK(same(data->product), "skipping zeros changes no sum");
    add(fmt::format("skip {}", one_in), 1, [data, counts] { multiply_plainly<true>(*data, counts->data()); });
  }
  multiply_plainly<false>(*data, data->multi_hot.data());
  std::copy_n(data->product.begin(), kWidth, first.begin());
  add("naive", 1, [data] { multiply_plainly<false>(*data, data->multi_hot.data()); });
  const auto gemv = [data] {
    vtpu::study::baselines::openblas_weighted_row_sum(static_cast<std::int64_t>(data->rows), kWidth, data->table.data(),
                                                      data->multi_hot.data(), data->product.data());
  };
  gemv();
  VTPU_CHECK(same(data->product), "OpenBLAS gives the same sums");
  add("gemv", 1, gemv);
  multiply_by_openblas(*data, data->multi_hot.data(), kVectors);
  VTPU_CHECK(same(data->product), "OpenBLAS gives the same sums for several vectors at once");
  add("gemm", kVectors, [data] { multiply_by_openblas(*data, data->multi_hot.data(), kVectors); });
  SamplingRule rule;
  rule.least = run.quick() ? kQuickProcesses : 20;
  rule.most = run.quick() ? kQuickProcesses : 30;
  rule.rounds = run.quick() ? 1 : 3;
  rule.seconds = 60;
  rule.seed = run.random(100 + size.rows).next();
  return sample_in_processes(
      run, [&] { return alternatives; }, rule);
}

/// The density at which a falling curve of speed-ups has the value `wanted`, or none if it never does.
std::optional<double> crossing(const std::vector<double>& density, const std::vector<double>& speed_up, double wanted) {
  for (std::size_t i = 0; i + 1 < density.size(); ++i)
    if ((speed_up[i] - wanted) * (speed_up[i + 1] - wanted) <= 0 && speed_up[i] != speed_up[i + 1]) {
      const double share = std::log(wanted / speed_up[i]) / std::log(speed_up[i + 1] / speed_up[i]);
      return density[i] * std::pow(density[i + 1] / density[i], share);
    }
  return std::nullopt;
}

/// What the whole step uses from the large table.
struct Measured {
  std::vector<double> gather_ns;  // samples per row, at the smallest density
  std::vector<double> gemv_ns;    // samples per row
};

Result<Measured> compare_size(Run& run, const Size& size, Table& table) {
  const auto data = make_data(size.rows, size.least, run.random(size.rows));
  const auto all = time_all(run, size, data);
  if (!all) return all.error();
  const auto ns = [&](const std::string& name) { return named(*all, name).ns_per_unit(); };
  const Estimate gemv = ns("gemv"), naive = ns("naive"), gemm = ns("gemm");
  const auto faster = [&](const Estimate& slow, const Estimate& fast, const std::string& what) {
    Estimate ratio = estimate_ratio(slow.samples, fast.samples);
    ratio.method += "; " + what;
    return ratio;
  };
  std::vector<double> densities;
  std::vector<double> middle, low, high;
  for (const std::size_t one_in : size.densities) {
    const Estimate gather = ns(fmt::format("vtpu {}", one_in));
    const std::string place = fmt::format("{}.d{}", size.name, one_in);
    const Estimate ratio = faster(gemv, gather, "time of sgemv over all rows, over that of the vTPU program");
    const Estimate by_naive = faster(naive, gather, "time of the plain dense loop over that of the vTPU program");
    const Estimate by_gemm =
        faster(gemm, gather, "a sixteenth of the time of sgemm for sixteen vectors, over that of the vTPU program");
    densities.push_back(1 / static_cast<double>(one_in));
    middle.push_back(ratio.value);
    low.push_back(ratio.ci.low);
    high.push_back(ratio.ci.high);
    std::vector<Cell> row = {size.name,   double(size.rows), double(one_in), densities.back(), gather.value * 1e-3,
                             ratio.value, ratio.ci.low,      ratio.ci.high,  by_naive.value,   by_gemm.value};
    if (is_compared(one_in)) {
      const Estimate plain = ns(fmt::format("plain {}", one_in)), skip = ns(fmt::format("skip {}", one_in));
      row.emplace_back(gemv.value / plain.value);
      row.emplace_back(gemv.value / skip.value);
      run.measured("sparse.speedup_vs_naive." + place, by_naive, "x");
      run.measured("sparse.speedup_vs_skip." + place,
                   faster(skip, gather, "time of the loop that skips zeros over that of the vTPU program"), "x");
      run.measured("sparse.speedup_vs_plain_gather." + place,
                   faster(plain, gather, "time of the plain loop over ids over that of the vTPU program"), "x");
      run.measured("sparse.speedup_vs_dense." + place, ratio, "x");
    }
    if (one_in == kOfSource) run.measured("sparse.speedup_at_source_density", ratio, "x");
    if (one_in == 1) run.measured("sparse.speedup_all_rows." + size.name, ratio, "x");
    if (one_in == 1 && !size.cached) run.measured("sparse.speedup_vs_dense.control", ratio, "x");
    row.resize(table.columns.size(), Cell(std::string()));
    table.add(row);
  }
  for (const auto& [name, wanted] : {std::pair{"5x", 5.0}, {"6_8x", 6.8}, {"7x", 7.0}}) {
    const auto at = crossing(densities, middle, wanted), least = crossing(densities, low, wanted),
               most = crossing(densities, high, wanted);
    if (!at || !least || !most) continue;
    Estimate estimate{
        *at,
        {std::min(*least, *at), std::max(*most, *at)},
        {},
        gemv.n,
        fmt::format("density at which the speed-up of vTPU over sgemv is {}; crossing of the medians, ends of the "
                    "interval from those of the speed-ups",
                    wanted)};
    run.measured(fmt::format("sparse.density_for.{}.{}", name, size.name), estimate, "fraction");
  }
  Measured measured;
  const std::size_t sparsest = size.densities.back();
  const auto per = [](std::vector<double> samples, std::size_t rows) {
    for (double& sample : samples) sample /= static_cast<double>(rows);
    return samples;
  };
  measured.gather_ns = per(ns(fmt::format("vtpu {}", sparsest)).samples, data->list(sparsest));
  measured.gemv_ns = per(gemv.samples, size.rows);
  run.measured("sparse.row_ns.gather." + size.name, estimate_median(measured.gather_ns), "ns");
  run.measured("sparse.row_ns.dense." + size.name, estimate_median(measured.gemv_ns), "ns");
  return measured;
}

// ---- a whole step

struct Exchanged {
  double ns = 0;
  double served_rows = 0;  // rows read on the busiest chip
};

Result<Exchanged> exchange_on(const vtpu::net::Shape& grid, const vtpu::net::sparse::ShardedTables& tables,
                              const std::vector<std::vector<std::uint64_t>>& lookups) {
  using namespace vtpu::net;
  constexpr double kHopNs = 500;
  const Network network(topology::Torus{grid});
  const Result<sparse::Exchange> exchange =
      sparse::make_exchange(tables, lookups, 1, sparse::Scheme::deduplicated, sparse::MessageFormat{}, grid);
  if (!exchange) return exchange.error();
  std::vector<const sparse::ExchangePhase*> phases;
  for (const sparse::ExchangePhase& phase : *exchange) phases.push_back(&phase);
  Exchanged done;
  const vtpu::IndexedVector<Channel, double> alike(network.channel_count(), 1);
  for (const sparse::PhaseLoad& load : sparse::phase_loads(network, alike, phases))
    done.ns += load.time_ns(network, kHopNs);
  vtpu::IndexedVector<Chip, double> served(grid.count(), 0);
  for (const auto& rows : lookups)
    for (const std::uint64_t row : rows) ++served[Chip(tables.owner(row, 0))];
  done.served_rows = *std::max_element(served.begin(), served.end());
  return done;
}

Result<void> compare_steps(Run& run, const Measured& measured) {
  using namespace vtpu::net;
  constexpr std::uint64_t kRowsOfChip = 244'141;
  const Shape box = run.quick() ? Shape{4, 8, 8} : Shape{16, 16, 16};
  const Shape plane = run.quick() ? Shape{16, 16} : Shape{64, 64};
  const double chips = box.count();
  const std::uint64_t rows = kRowsOfChip * static_cast<std::uint64_t>(box.count());
  const Result<sparse::ShardedTables> tables =
      sparse::ShardedTables::make({{rows}, kWidth, 4}, sparse::Sharding::hashed_rows, box);
  if (!tables) return tables.error();
  const Estimate gather = estimate_median(measured.gather_ns), dense = estimate_median(measured.gemv_ns);
  const double dense_ns = dense.value * static_cast<double>(kRowsOfChip);
  Table& table = run.table("step", {{"lookups", "", Source::label},
                                    {"density", "fraction", Source::computed},
                                    {"gather", "us", Source::measured},
                                    {"exchange_torus", "us", Source::simulated},
                                    {"exchange_plane", "us", Source::simulated},
                                    {"dense", "us", Source::measured},
                                    {"speedup_torus", "x", Source::measured},
                                    {"speedup_plane", "x", Source::measured},
                                    {"torus_over_plane", "x", Source::measured}});
  for (const int lookups : {100, 1000, 10'000}) {
    const auto drawn = sparse::LookupSource(*tables, {lookups, 1, 0}).draw_all(run.random(1));
    const Result<Exchanged> torus = exchange_on(box, *tables, drawn), flat = exchange_on(plane, *tables, drawn);
    if (!torus) return torus.error();
    if (!flat) return flat.error();
    const auto speed_up = [&](const Exchanged& exchange) {
      const auto with = [&](double gather_ns, double row_ns) {
        return row_ns * static_cast<double>(kRowsOfChip) / (gather_ns * exchange.served_rows + exchange.ns);
      };
      return Estimate{
          with(gather.value, dense.value),
          {with(gather.ci.high, dense.ci.low), with(gather.ci.low, dense.ci.high)},
          {},
          gather.n,
          fmt::format("{} chips, {} lookups per chip: measured sgemv of a chip's rows over measured reading "
                      "plus simulated exchange; interval from the ends of both",
                      chips, lookups)};
    };
    const Estimate by_torus = speed_up(*torus), by_plane = speed_up(*flat);
    run.measured(fmt::format("sparse.step.speedup.torus.{}", lookups), by_torus, "x");
    run.measured(fmt::format("sparse.step.speedup.plane.{}", lookups), by_plane, "x");
    run.simulated(fmt::format("sparse.step.exchange_us.torus.{}", lookups), torus->ns * 1e-3, "us",
                  to_string(box) + " torus, busiest channels plus 500 ns per hop");
    run.simulated(fmt::format("sparse.step.exchange_us.plane.{}", lookups), flat->ns * 1e-3, "us",
                  to_string(plane) + " torus, busiest channels plus 500 ns per hop");
    table.add({fmt::format("{}", lookups), lookups * chips / static_cast<double>(rows),
               gather.value * torus->served_rows * 1e-3, torus->ns * 1e-3, flat->ns * 1e-3, dense_ns * 1e-3,
               by_torus.value, by_plane.value, by_torus.value / by_plane.value});
  }
  return {};
}

Result<void> run_speedup(Run& run) {
  warn_of_disturbance("sparse-speedup");
  constexpr std::size_t kLeastCached = 1 << 12, kMostCached = 1 << 17;
  run.parameter<std::uint64_t>("cached_rows_at_least", kLeastCached);
  run.parameter<std::uint64_t>("cached_rows_at_most", kMostCached);
  run.parameter("cached_table", std::string("a quarter of L3, rounded down to a power of two"));
  const std::uint64_t last = run.host().cache_bytes(3);
  const std::size_t cached_rows =
      std::bit_floor(std::clamp<std::size_t>(last / 4 / kRowBytes, kLeastCached, kMostCached));
  const double rows = static_cast<double>(cached_rows);
  run.measured("sparse.cached_rows", {rows, {rows, rows}, {}, 1, "follows L3"}, "rows");
  // Every density gives lists of whole groups.
  std::vector<Size> sizes = {
      {"cached", cached_rows, cached_rows, true, {}},
      {"million", 1'024'000, std::size_t{1} << 18, false, {1, 2, 4, 8, 16, 32, 64, 125, 250, 500, kOfSource, 2000}}};
  for (std::size_t one_in = 1; cached_rows / one_in >= kEmbeddingGroup; one_in *= 2)
    sizes.front().densities.push_back(one_in);
  if (run.quick())
    for (Size& size : sizes)
      std::erase_if(size.densities,
                    [](std::size_t one_in) { return !is_compared(one_in) && one_in != 1 && one_in != 8; });
  Table& table = run.table("speedup", {{"table", "", Source::label},
                                       {"rows", "rows", Source::computed},
                                       {"one_in", "rows", Source::computed},
                                       {"density", "fraction", Source::computed},
                                       {"vtpu", "us", Source::measured},
                                       {"speedup", "x", Source::measured},
                                       {"low", "x", Source::measured},
                                       {"high", "x", Source::measured},
                                       {"speedup_naive", "x", Source::measured},
                                       {"speedup_gemm", "x", Source::measured},
                                       {"plain_speedup", "x", Source::measured},
                                       {"skip_speedup", "x", Source::measured}});
  Progress progress("sparse-speedup", sizes.size() + 1);
  std::vector<Measured> measured;
  for (const Size& size : sizes) {
    Result<Measured> of_size = compare_size(run, size, table);
    if (!of_size) return of_size.error();
    measured.push_back(*std::move(of_size));
    progress.step(size.name);
  }
  Estimate colder = estimate_ratio(measured[1].gather_ns, measured[0].gather_ns);
  colder.method += "; time per row from memory over time per row from the last cache, vTPU program";
  run.measured("sparse.row_memory_over_cache", colder, "x");
  return compare_steps(run, measured[1]);
}

const Experiment kExperiment{.name = "sparse-speedup",
                             .question = "How much faster is a sparse lookup than the dense product it replaces?",
                             .claims = {"sparse.speedup", "sparse.range"},
                             .inputs = {},
                             .uses = {{vtpu::measure::Dependency::Kind::library, "libopenblas"}},
                             .quick_seconds = 24,
                             .full_seconds = 150,
                             .times_the_host = true,
                             .run = run_speedup};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
