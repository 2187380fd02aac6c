// Benchmarks of the paths from a coordinate to a value: by hash for sparse regions, compared with two other hash tables
// with the same keys; by bit extraction for dense boxes; through the translation cache; and by a pointer's step. Keys
// are 128-bit packed coordinates, values have 64 bits. Each answer is checked against the stored number before it is
// timed.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/memory/box_index.h"
#include "vtpu/memory/coordinate_map.h"
#include "vtpu/memory/page_table.h"
#include "vtpu/study/access/lookup_tables.h"

namespace vtpu::memory {
namespace {

using phext::Axis;
using phext::PackedCoordinate;
using namespace study::access;  // the tables and their keys

constexpr std::size_t kLookups = std::size_t{1} << 20;

/// Indices of keys in the table, in random order, and those keys.
struct Queries {
  std::vector<std::uint64_t> expected;
  std::vector<PackedCoordinate> at;

  explicit Queries(std::uint64_t entries) {
    Random random(2);
    for (std::size_t i = 0; i < kLookups; ++i) {
      expected.push_back(random.below(entries));
      at.push_back(key(expected.back()));
    }
  }
};

/// Kept between the benchmarks of one table and size, because filling takes longer than all lookups.
template <class Table>
const Table& filled(std::uint64_t entries) {
  static std::unique_ptr<Table> table;
  static std::uint64_t size = 0;
  if (size != entries) {
    table = nullptr;
    table = std::make_unique<Table>(entries);
    for (std::uint64_t i = 0; i < entries; ++i) table->insert(key(i), i);
    size = entries;
  }
  return *table;
}

void report(benchmark::State& state) {
  state.counters["per_lookup"] = benchmark::Counter(
      static_cast<double>(kLookups), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

template <class Table>
void sparse_single(benchmark::State& state) {
  const auto entries = static_cast<std::uint64_t>(state.range(0));
  const Table& table = filled<Table>(entries);
  const Queries queries(entries);
  for (std::size_t i = 0; i < kLookups; ++i)
    VTPU_CHECK(table.find(queries.at[i]) == queries.expected[i], "every key is found");
  VTPU_CHECK(table.find(key(entries + 1)) == kAbsent, "no other key is found");
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const PackedCoordinate& c : queries.at) sum += table.find(c);
    benchmark::DoNotOptimize(sum);
  }
  report(state);
}

void sparse_batched(benchmark::State& state) {
  const auto entries = static_cast<std::uint64_t>(state.range(0));
  const CoordinateMap& map = filled<OurMap>(entries).map;
  const Queries queries(entries);
  std::vector<std::uint64_t> values(kLookups);
  map.find(queries.at, values, kAbsent);
  VTPU_CHECK(values == queries.expected, "every key is found");
  for (auto _ : state) {
    map.find(queries.at, values, kAbsent);
    benchmark::ClobberMemory();
  }
  report(state);
}

BENCHMARK(sparse_batched)->Arg(1 << 20)->Unit(benchmark::kMillisecond);
BENCHMARK(sparse_single<OurMap>)->Arg(1 << 20)->Unit(benchmark::kMillisecond);
BENCHMARK(sparse_single<StdMap>)->Arg(1 << 20)->Arg(1 << 24)->Unit(benchmark::kMillisecond);
BENCHMARK(sparse_single<AbslOwnHash>)->Arg(1 << 20)->Arg(1 << 24)->Unit(benchmark::kMillisecond);
BENCHMARK(sparse_single<AbslProjectHash>)->Arg(1 << 20)->Arg(1 << 24)->Unit(benchmark::kMillisecond);
BENCHMARK(sparse_batched)->Arg(1 << 24)->Unit(benchmark::kMillisecond);
BENCHMARK(sparse_single<OurMap>)->Arg(1 << 24)->Unit(benchmark::kMillisecond);

/// 2^20 cells over four axes.
RegionSpec box_of_a_million(Layout layout) {
  RegionSpec spec;
  spec.layout = layout;
  for (const Axis axis : {Axis::book, Axis::scroll, Axis::line, Axis::column}) {
    spec.mask |= 1u << (PackedCoordinate::kAxes - 1 - static_cast<std::size_t>(axis));
    spec.first = spec.first.with(axis, 64);
    spec.last = spec.last.with(axis, 64 + 31);
  }
  return spec;
}

/// Random coordinates in the box. Each is loaded from a dense region whose cells hold their own number in coordinate
/// order.
struct DenseBox {
  RegionSpec spec;
  PageTable table;
  TranslationCache cache;
  const std::uint64_t* cells = nullptr;
  std::vector<PackedCoordinate> at;
  std::vector<std::uint64_t> expected;

  explicit DenseBox(Layout layout) : spec(box_of_a_million(layout)) {
    VTPU_CHECK(!table.allocate(spec).fault, "a box of 8 MiB fits");
    const BoxIndex numbers = *BoxIndex::make(box_of_a_million(Layout::row_major));
    for (std::uint64_t i = 0; i < numbers.cells(); ++i)
      *reinterpret_cast<std::uint64_t*>(table.cell(numbers.coordinate(i), spec.cell_log2, true, cache).at) = i;
    Pointer pointer;
    pointer.coordinate = spec.first;
    VTPU_CHECK(!table.access(pointer, 0, 8, false, cache).fault, "the box is mapped");
    cells = reinterpret_cast<const std::uint64_t*>(pointer.begin);
    Random random(3);
    for (std::size_t i = 0; i < kLookups; ++i) {
      expected.push_back(random.below(numbers.cells()));
      at.push_back(numbers.coordinate(expected.back()));
    }
  }
};

/// Computes the indices of a few coordinates at a time, so that they stay in the first-level cache between the two
/// passes.
void dense_batched(benchmark::State& state, Layout layout, BoxIndex::Form form) {
  const DenseBox box(layout);
  const BoxIndex index = *BoxIndex::make(box.spec, form);
  constexpr std::size_t kBatch = 256;
  std::uint64_t indices[kBatch];
  const auto pass = [&](auto visit) {
    for (std::size_t i = 0; i < kLookups; i += kBatch) {
      index.find(std::span(box.at).subspan(i, kBatch), indices, 0);
      for (std::size_t k = 0; k < kBatch; ++k) visit(i + k, box.cells[indices[k]]);
    }
  };
  pass([&](std::size_t i, std::uint64_t value) { VTPU_CHECK(value == box.expected[i], "the cell holds its number"); });
  for (auto _ : state) {
    std::uint64_t sum = 0;
    pass([&](std::size_t, std::uint64_t value) { sum += value; });
    benchmark::DoNotOptimize(sum);
  }
  report(state);
}
BENCHMARK_CAPTURE(dense_batched, row_major, Layout::row_major, BoxIndex::Form::fastest)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dense_batched, morton, Layout::morton, BoxIndex::Form::fastest)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dense_batched, hilbert, Layout::hilbert, BoxIndex::Form::fastest)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dense_batched, row_major_portable, Layout::row_major, BoxIndex::Form::portable)
    ->Unit(benchmark::kMillisecond);

void dense_single(benchmark::State& state) {
  const DenseBox box(Layout::row_major);
  const BoxIndex index = *BoxIndex::make(box.spec);
  for (std::size_t i = 0; i < kLookups; ++i)
    VTPU_CHECK(box.cells[index.find(box.at[i])] == box.expected[i], "the cell holds its number");
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const PackedCoordinate& c : box.at) sum += box.cells[index.find(c)];
    benchmark::DoNotOptimize(sum);
  }
  report(state);
}
BENCHMARK(dense_single)->Unit(benchmark::kMillisecond);

/// What the host's loads alone take: the same cells by precomputed indices.
void dense_known_indices(benchmark::State& state) {
  const DenseBox box(Layout::row_major);
  for (std::size_t i = 0; i < kLookups; ++i)
    VTPU_CHECK(box.cells[box.expected[i]] == box.expected[i], "the cell holds its number");
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const std::uint64_t i : box.expected) sum += box.cells[i];
    benchmark::DoNotOptimize(sum);
  }
  report(state);
}
BENCHMARK(dense_known_indices)->Unit(benchmark::kMillisecond);

/// Cells through the cache: either 256 translations, each hit many times, or a sparse region far larger than the cache.
void cells_through_the_cache(benchmark::State& state, std::uint32_t lines, bool always_hits) {
  RegionSpec spec;
  spec.mask = 7;  // scroll, line and column
  spec.last = spec.first.with(Axis::scroll, 15).with(Axis::line, lines / 16 - 1).with(Axis::column, 63);
  spec.layout = Layout::sparse;
  PageTable table;
  TranslationCache cache;
  VTPU_CHECK(!table.allocate(spec).fault, "the region fits");
  Random random(4);
  std::vector<PackedCoordinate> at;
  for (std::size_t i = 0; i < kLookups; ++i)
    at.push_back(spec.first.with(Axis::scroll, static_cast<std::uint32_t>(random.below(16)))
                     .with(Axis::line, static_cast<std::uint32_t>(random.below(lines / 16)))
                     .with(Axis::column, static_cast<std::uint32_t>(random.below(64))));
  for (const PackedCoordinate& c : at) *reinterpret_cast<std::uint64_t*>(table.cell(c, 3, true, cache).at) = c.hash();
  const TranslationCounters before = cache.counters;
  for (const PackedCoordinate& c : at)
    VTPU_CHECK(*reinterpret_cast<const std::uint64_t*>(table.cell(c, 3, false, cache).at) == c.hash(),
               "the cell holds what was written");
  VTPU_CHECK((cache.counters.misses == before.misses) == always_hits, "the cache hits as often as expected");
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const PackedCoordinate& c : at)
      sum += *reinterpret_cast<const std::uint64_t*>(table.cell(c, 3, false, cache).at);
    benchmark::DoNotOptimize(sum);
  }
  state.counters["hit_rate"] =
      static_cast<double>(cache.counters.hits) / static_cast<double>(cache.counters.hits + cache.counters.misses);
  report(state);
}
BENCHMARK_CAPTURE(cells_through_the_cache, translation_hit, 256, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(cells_through_the_cache, sparse_of_32768_pages, 32768, false)->Unit(benchmark::kMillisecond);

/// A translated pointer walks a dense box row by row. Timed are the step and the load at its new cell.
void pointer_step(benchmark::State& state, Layout layout) {
  DenseBox box(layout);
  const auto walk = [&] {
    Pointer pointer;
    pointer.coordinate = box.spec.first;
    VTPU_CHECK(!box.table.access(pointer, 0, 8, false, box.cache).fault, "the box is mapped");
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kLookups; ++i) {
      sum += *reinterpret_cast<const std::uint64_t*>(pointer.base);
      PageTable::step(pointer, i % 32 == 31 ? Axis::line : Axis::column,
                      i % 32 == 31 ? (i % 1024 == 1023 ? -31 : 1) : (i / 32 % 2 == 0 ? 1 : -1));
    }
    return sum;
  };
  // The walk repeats the same 1024 cells of the innermost two axes and visits each equally often.
  VTPU_CHECK(walk() == kLookups / 1024 * (1023 * 1024 / 2), "the walk visits each of its cells equally often");
  for (auto _ : state) benchmark::DoNotOptimize(walk());
  report(state);
}
BENCHMARK_CAPTURE(pointer_step, row_major, Layout::row_major)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pointer_step, morton, Layout::morton)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vtpu::memory

BENCHMARK_MAIN();
