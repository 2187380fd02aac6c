// The memory ladder (latency of dependent loads, read bandwidth) and STREAM's triad under Google Benchmark. They
// cross-check experiments/host.cpp: another harness over the same kernels. Each checks its answer before it is timed.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <numeric>

#include "vtpu/measure/memory_kernels.h"
#include "vtpu/measure/stream.h"

namespace {

using namespace vtpu::measure;

constexpr std::size_t kStride = kCacheLine / sizeof(std::uint64_t);
constexpr std::int64_t kSmallest = 4 << 10;
constexpr std::int64_t kLargest = 512 << 20;

void dependent_loads(benchmark::State& state) {
  const Memory memory(static_cast<std::size_t>(state.range(0)));
  const auto cells = memory.as<std::uint64_t>();
  vtpu::Random random(1);
  link_cycle(cells, kStride, random);
  if (chase(cells, 0, cells.size() / kStride) != 0)
    return state.SkipWithError("the chase does not return to its start");
  constexpr std::size_t kSteps = 4096;
  std::uint64_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(at = chase(cells, at, kSteps));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSteps));
}
BENCHMARK(dependent_loads)->RangeMultiplier(8)->Range(kSmallest, kLargest);

void read_bandwidth(benchmark::State& state) {
  const Memory memory(static_cast<std::size_t>(state.range(0)));
  const auto cells = memory.as<std::uint64_t>();
  std::iota(cells.begin(), cells.end(), std::uint64_t{0});
  const std::uint64_t count = cells.size();
  if (wide_sum(cells) != count * (count - 1) / 2) return state.SkipWithError("the sum is wrong");
  for (auto _ : state) benchmark::DoNotOptimize(wide_sum(cells));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(read_bandwidth)->RangeMultiplier(8)->Range(kSmallest, kLargest);

void stream_triad(benchmark::State& state) {
  const std::size_t bytes = static_cast<std::size_t>(state.range(0));
  const Memory a(bytes), b(bytes), c(bytes);
  const auto triad = stream_kernels().triad;
  std::ranges::fill(b.as<double>(), 2.0);
  std::ranges::fill(c.as<double>(), 4.0);
  triad(a.as<double>(), b.as<double>(), c.as<double>(), 3);
  if (!std::ranges::all_of(a.as<double>(), [](double x) { return x == 14; }))
    return state.SkipWithError("the triad is wrong");
  for (auto _ : state) {
    triad(a.as<double>(), b.as<double>(), c.as<double>(), 3);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(3 * state.iterations() * state.range(0));  // bytes as STREAM counts them
}
BENCHMARK(stream_triad)->Arg(128 << 20)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
