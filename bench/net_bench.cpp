// Distances and link loads of the topologies that analysis walks most: whole machines, breadth-first from every chip.
#include <benchmark/benchmark.h>

#include "vtpu/base/check.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/torus.h"

namespace {

using vtpu::net::topology::Sources;

void all_pairs_distances(benchmark::State& state) {
  const int side = static_cast<int>(state.range(0));
  const vtpu::net::topology::Torus torus{{side, side, side}};
  const vtpu::net::topology::LinkGraph graph = vtpu::net::topology::link_graph(torus);
  VTPU_CHECK(vtpu::net::topology::distances(graph, Sources::all) == vtpu::net::topology::closed_form(torus),
             "distances by search equal the closed form");
  for (auto _ : state) benchmark::DoNotOptimize(vtpu::net::topology::distances(graph, Sources::all));
  state.SetItemsProcessed(state.iterations() * torus.chip_count() * torus.chip_count() * torus.port_count());
  state.SetLabel("items: links visited");
}
BENCHMARK(all_pairs_distances)->Arg(4)->Arg(8)->Arg(16)->Unit(benchmark::kMillisecond);

void uniform_load_of_every_source(benchmark::State& state) {
  const int side = static_cast<int>(state.range(0));
  const vtpu::net::topology::Torus torus{{side, side, side}};
  const vtpu::net::topology::LinkGraph graph = vtpu::net::topology::link_graph(torus);
  const double bound = vtpu::net::topology::uniform_load(graph, Sources::all).bound_by_link();
  const double difference = bound - vtpu::net::topology::closed_form_alltoall_bound(torus);
  VTPU_CHECK(difference < 1e-9 && difference > -1e-9, "the bound by link equals the closed form");
  for (auto _ : state) benchmark::DoNotOptimize(vtpu::net::topology::uniform_load(graph, Sources::all));
}
BENCHMARK(uniform_load_of_every_source)->Arg(8)->Unit(benchmark::kMillisecond);

void neighbours_without_a_copy(benchmark::State& state) {
  const vtpu::net::topology::Torus torus{{16, 16, 16}};
  int links = 0;
  vtpu::net::for_each_link(torus, [&](vtpu::net::Port, vtpu::net::Port) { ++links; });
  VTPU_CHECK(links == 4096 * 6, "every link is visited once");
  for (auto _ : state) {
    int sum = 0;
    vtpu::net::for_each_link(torus, [&](vtpu::net::Port, vtpu::net::Port peer) { sum += peer.chip.value(); });
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * links);
}
BENCHMARK(neighbours_without_a_copy)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
