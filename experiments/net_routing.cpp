// Asks which paths packets take: the three example routes of the source documents, and whether each shipped routing is
// free of deadlock on each topology, and with how many classes of virtual channels.
//
// For every combination the channel-dependency graph is built and searched for a cycle. Ideal throughput is the
// injection rate per chip, in link bandwidths, at which uniform traffic (own share included) saturates the most loaded
// channel under that routing. For tables on any graph, shortest paths are weighted so that the most loaded channel
// carries as little as possible; a dual bound shows how far the weights are from the optimum. Nothing is sampled; both
// modes do the same. Half-way ties are split evenly, except on the printed routes, which take the positive direction.
//
// Claim: net.route.table. Control: the routes on a ring with the same number of chips. Outputs: keys net.route.*,
// net.deadlock.*; tables routes, deadlock, balanced.
#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "vtpu/measure/experiment.h"
#include "vtpu/net/chip_address.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/all.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/balanced_split.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/route_table.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/topology/all.h"
#include "vtpu/net/workload/traffic.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Result;
using Source = Column::Source;

/// The examples of net/topology/all.h that are checked.
const char* const kTopologies[] = {"torus 5",
                                   "torus 4x4x4",
                                   "torus 4x4x8",
                                   "mesh 4x4x4",
                                   "twisted torus 4x4x8",
                                   "twisted torus 4x8x8",
                                   "hypercube 6",
                                   "OCS twisted torus 4x4x8",
                                   "OCS dark 4x4x8",
                                   "fat tree 40 radix 8 levels 3",
                                   "islands of 8 on a fat tree, 64 chips",
                                   "graph Petersen"};

/// Records the hops from chip 1.1.1 to the chips of the sources' examples, on the torus and on a ring, with chips
/// numbered by address.
Result<void> take_example_routes(Run& run) {
  const Machine machine = *Machine::make({});
  const topology::Torus torus{machine.active_shape()};
  const Network network(torus);
  const topology::Torus ring{{machine.active_count()}};
  const Network ring_network(ring);
  const auto routing = routing::DimensionOrder::make(torus, routing::Dateline::plain, routing::Ties::positive);
  if (!routing) return routing.error();
  Table& table = run.table("routes", {{"source", "", Source::label},
                                      {"destination", "", Source::label},
                                      {"next_hop", "", Source::label},
                                      {"hops", "hops", Source::computed},
                                      {"bandwidth", "GB/s", Source::computed},
                                      {"quoted_hops", "hops", Source::quoted},
                                      {"quoted_bandwidth", "GB/s", Source::quoted}});
  struct Example {
    ChipAddress to;
    const char* key;
    double hops;  // as the sources print them (wave 4)
    double bandwidth;
  };
  const Chip from = *machine.chip_at(ChipAddress{1, 1, 1});
  double worst_on_ring = 0;
  for (const Example& example : {Example{{1, 1, 2}, "route1", 1, 100}, Example{{8, 8, 8}, "route2", 3, 33},
                                 Example{{16, 16, 16}, "route3", 4, 25}}) {
    const Chip to = *machine.chip_at(example.to);
    const routing::RouteRow row = routing::route_row(network, *routing, from, to);
    run.computed(fmt::format("net.route.examples.{}", example.key), row.hops, "hops",
                 "dimension order on the 16x16x16 torus from 1.1.1 to " + to_string(example.to));
    worst_on_ring = std::max<double>(worst_on_ring, std::min(to.value(), machine.active_count() - to.value()));
    table.add({to_string(machine.address_of(from)), to_string(machine.address_of(to)),
               to_string(machine.address_of(row.next_hop)), double(row.hops), row.bandwidth_gbytes_per_s, example.hops,
               example.bandwidth});
  }
  run.computed("net.route.examples.control", worst_on_ring, "hops",
               "longest of the three routes on a ring of 4096 chips");
  return {};
}

struct Tally {
  int checked = 0;
  int free = 0;
};

/// Expected uniform load; computed from one chip where all chips look alike.
template <Topology T, routing::Routing R>
auto uniform_load_of(const T&, const Network& network, const R& routing) {
  if constexpr (T::kVertexTransitive && !std::is_same_v<R, routing::TableRouting>)
    return routing::uniform_load_by_symmetry(network, routing);
  else
    return routing::expected_load(network, routing, workload::Traffic::uniform(network.chip_count(), true));
}

template <Topology T, routing::Routing R>
void check_one(const T& topology, const Network& network, const R& routing, Table& table, Tally& tally) {
  const routing::DeadlockCheck check = routing::check_deadlock(network, routing);
  ++tally.checked;
  tally.free += check.deadlock_free();
  const double rate = routing::ideal_throughput(network, uniform_load_of(topology, network, routing));
  table.add({topology.name(), routing.name(), double(routing.vc_classes()), double(check.vertices),
             double(*check.dependencies), check.deadlock_free() ? "yes" : "no", rate});
}

Result<void> check_all(Run& run) {
  Table& table = run.table("deadlock", {{"topology", "", Source::label},
                                        {"routing", "", Source::label},
                                        {"classes", "classes", Source::computed},
                                        {"channel_classes", "1", Source::computed},
                                        {"dependencies", "1", Source::computed},
                                        {"deadlock_free", "", Source::label},
                                        {"throughput", "link bandwidths", Source::computed}});
  Table& balanced = run.table("balanced", {{"topology", "", Source::label},
                                           {"even", "link bandwidths", Source::computed},
                                           {"balanced", "link bandwidths", Source::computed},
                                           {"dual_bound", "link bandwidths", Source::computed},
                                           {"classes", "classes", Source::computed}});
  Tally tally;
  std::optional<vtpu::Error> failed;
  topology::for_each_example([&](const auto& topology) {
    const Network network(topology);
    if (std::find(std::begin(kTopologies), std::end(kTopologies), topology.name()) == std::end(kTopologies)) return;
    routing::for_each_routing(topology, network, [&](const auto& routing) {
      // The routing of that list stops balancing after a few steps. Here balancing runs to the end, in a separate
      // table.
      if (!routing.name().starts_with("shortest paths, balanced")) check_one(topology, network, routing, table, tally);
    });
    const workload::Traffic uniform = workload::Traffic::uniform(network.chip_count(), true);
    const auto even = routing::TableRouting::make(network, routing::Split::even);
    const auto best = routing::balanced_split(network, uniform);
    if (!even || !best) {
      failed = !even ? even.error() : best.error();
      return;
    }
    tally.free += routing::check_deadlock(network, best->routing).deadlock_free();
    ++tally.checked;
    balanced.add({topology.name(), routing::ideal_throughput(network, routing::expected_load(network, *even, uniform)),
                  best->throughput, best->dual_bound, double(best->routing.vc_classes())});
  });
  if (failed) return *failed;
  const std::string method = "the topologies of the table under the routings of net/routing/all.h";
  run.computed("net.deadlock.checked", tally.checked, "combinations", method);
  run.computed("net.deadlock.free", tally.free, "combinations", method + "; channel-dependency graph acyclic");
  const topology::Torus torus{{8, 8}};
  const auto one_class = routing::DimensionOrder::make(torus, routing::Dateline::none);
  if (!one_class) return one_class.error();
  const routing::DeadlockCheck found = routing::check_deadlock(Network(torus), *one_class);
  run.computed("net.deadlock.free.control", found.deadlock_free(), "1",
               "8x8 torus in dimension order without a dateline; 1 if its dependency graph is acyclic");
  return {};
}

Result<void> study(Run& run) {
  if (auto done = take_example_routes(run); !done) return done;
  return check_all(run);
}

const Experiment kExperiment{.name = "net-routing",
                             .question = "Which paths do packets take, and can they deadlock?",
                             .claims = {"net.route.table"},
                             .inputs = {},
                             .quick_seconds = 2,
                             .full_seconds = 2,
                             .run = study};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
