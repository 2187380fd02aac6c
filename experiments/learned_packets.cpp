// Asks whether packets reach the throughput that the fluid optimum of learned OCS states promises when their paths must
// be deadlock-free, how many virtual-channel classes that takes, and what such states cost.
//
// States of data/states/, 128 to 4096 chips. Paths obey a rule (search/route_rules.h): the channels of a block have one
// order, and a packet moves up one class of virtual channels wherever its path goes down in that order. Within a rule,
// uniform all-to-all is split over the allowed paths so that the most loaded channel carries as little as possible,
// with a dual bound. The rule shipped for a state has the fewest classes that lengthen the mean shortest path by at
// most kLonger. Deadlock freedom: the channel-dependency graph of the whole network is searched for a cycle. Packets:
// as in net-alltoall (4 KiB, four virtual channels of 32 packets each, no latency, links of 50 GB/s). Regular and
// twisted tori of the same shape are the baselines. Tables omit routing shares below kLeastShare. Costs: entries of a
// chip's table; link-disjoint spanning trees, and the all-reduce that they make; throughput kept with one dark switch
// and with one dead chip after the traffic is split again (up to 512 chips).
//
// Parameters: slices (quick: 128 and 256 chips), seeds, packets per pair. No claims. Outputs: keys learn.packets.*,
// learn.classes.*, learn.cost.*; tables learned_packets, learned_classes, learned_costs. The state of 128 chips without
// circuits between like faces is a row of learned_packets only.
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/fault/degraded.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/balanced_split.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/topology/graph_topology.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"
#include "vtpu/search/confirm.h"
#include "vtpu/search/disjoint_trees.h"
#include "vtpu/search/lifted_graph.h"
#include "vtpu/search/mean_distance.h"
#include "vtpu/search/route_rules.h"
#include "vtpu/search/search.h"
#include "vtpu/search/symmetric_state.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::search;
using vtpu::Error;
using vtpu::Result;
using vtpu::net::Network;
using vtpu::net::Shape;
namespace net = vtpu::net;
using Source = Column::Source;

constexpr double kLonger = 0.02;
constexpr float kLeastShare = 0.01F;
constexpr int kMostClasses = 4;

struct Slice {
  Shape sides;
  const char* file;
  int packets_a_pair;
  int seeds;              // in the full run
  int searched;           // classes of the searched order, fewer than optical first needs to lose no throughput
  bool quick = false;     // also in the quick run, with an eighth of the packets
  bool opposite = false;  // no circuits between like faces; packets only

  std::string name() const { return to_string(sides) + (opposite ? "-opposite" : ""); }
};

const Slice kSlices[] = {{{4, 4, 8}, "data/states/uniform-4x4x8.ocs", 128, 3, 1, true},
                         {{4, 4, 8}, "data/states/uniform-4x4x8-opposite.ocs", 128, 3, 1, true, true},
                         {{4, 8, 8}, "data/states/uniform-4x8x8.ocs", 64, 3, 1, true},
                         {{8, 8, 8}, "data/states/uniform-8x8x8.ocs", 32, 3, 1},
                         {{8, 8, 16}, "data/states/uniform-8x8x16.ocs", 4, 1, 1},
                         {{8, 16, 16}, "data/states/uniform-8x16x16.ocs", 2, 1, 2},
                         {{16, 16, 16}, "data/states/uniform-16x16x16.ocs", 1, 1, 2}};

/// The largest slices take the most time per iteration and gain least from one.
FlowOptions flow_options(const Run& run, const SymmetricState& state) {
  constexpr int kSmall = 512;
  FlowOptions options;
  options.iterations = run.quick() ? 40 : state.chips() <= kSmall ? 300 : 120;
  options.keep_split = false;
  return options;
}

net::packet::Config packets_of(std::uint64_t seed) {
  net::packet::Config config;
  config.seed = seed;
  return config;
}

/// The optical-first rule with the fewest classes that lengthens the mean shortest path by at most kLonger.
Result<RouteRule> shipped_rule(const SymmetricState& state) {
  const LiftedGraph plain = lifted(state);
  MeanDistance mean;
  const double free = mean(plain);
  for (int classes = 1; classes <= kMostClasses; ++classes) {
    RouteRule rule = optical_first(state.block_side, classes);
    if (mean(ruled(plain, rule).graph) <= free * (1 + kLonger)) return rule;
  }
  return Error{to_string(state.shape), fmt::format("mean distance still too long with {} classes", kMostClasses),
               "a state whose paths need no more classes"};
}

Result<SymmetricState> shipped_state(const Run& run, const Slice& slice) {
  const Result<net::ocs::StateOfSlice> circuits = net::ocs::read_ocs_state(run.input_path(slice.file));
  if (!circuits) return circuits.error();
  return symmetric_state_of(*circuits);
}

/// What a torus of the same shape reaches: the bound of its routing, and packet throughput by seed.
struct Torus {
  double bound = 0;
  std::vector<double> packets;
};

template <net::Topology T>
Result<Torus> reach(const T& topology, int packets_a_pair, const std::vector<std::uint64_t>& seeds) {
  const Network network(topology);
  const auto routing = net::routing::DimensionOrder::make(topology, net::routing::Dateline::plain);
  if (!routing) return routing.error();
  Torus torus{net::routing::ideal_throughput(network, net::routing::uniform_load_by_symmetry(network, *routing)), {}};
  for (const std::uint64_t seed : seeds) {
    const Result<double> reached = packet_throughput(network, *routing, packets_a_pair, packets_of(seed));
    if (!reached) return reached.error();
    torus.packets.push_back(*reached);
  }
  return torus;
}

struct Tables {
  Table& packets;
  Table& classes;
  Table& costs;
};

/// Certified fluid throughput against the number of classes, up to one more than the shipped rule has.
Result<void> try_classes(Run& run, const Slice& slice, const SymmetricState& state, int shipped, double free,
                         Table& table) {
  const std::string name = to_string(slice.sides);
  const LiftedGraph plain = lifted(state);
  const int steps = run.parameter("order_search_steps", 100, 4000);
  MeanDistance mean;
  const double free_mean = mean(plain);
  const auto record = [&](const RouteRule& rule) -> Result<void> {
    const RuledGraph ways = ruled(plain, rule);
    const Result<LiftedFlow> flow = balanced_flow(ways.graph, flow_options(run, state));
    if (!flow) return {};  // the rule disconnects pairs: no row
    const std::string key = fmt::format("learn.classes.{{}}.{}_{}_{}", rule.name == "searched" ? "searched" : "optical",
                                        rule.vc_classes, name);
    run.computed(fmt::format(fmt::runtime(key), "throughput"), flow->throughput, "link bandwidths",
                 "fluid, split over the paths that the rule allows");
    run.computed(fmt::format(fmt::runtime(key), "dual_bound"), flow->dual_bound, "link bandwidths",
                 "upper bound on any split under the rule");
    table.add({name, double(state.chips()), double(rule.vc_classes), rule.name, mean(ways.graph), free_mean,
               flow->throughput, flow->dual_bound, flow->throughput / free});
    return {};
  };
  for (int classes = 1; classes <= shipped + 1; ++classes)
    if (const Result<void> done = record(optical_first(state.block_side, classes)); !done) return done;
  return record(searched_order(plain, slice.searched, steps, run.random(100).next()));
}

/// The graph without one switch: both of its channels are removed from every block.
LiftedGraph without_switch(const SymmetricState& state, net::Ocs ocs) {
  const net::ocs::OcsLayout layout{state.block_side, state.blocks()};
  const Shape block = layout.block_shape();
  LiftedGraph graph = lifted(state);
  const int dimension = layout.dimension_of(ocs);
  const int plus = block.index_of(layout.position_of(ocs, net::ocs::Face::plus)) * 6 + 2 * dimension;
  const int minus = block.index_of(layout.position_of(ocs, net::ocs::Face::minus)) * 6 + 2 * dimension + 1;
  std::erase_if(graph.arcs, [&](const LiftedGraph::Arc& arc) { return arc.channel == plus || arc.channel == minus; });
  return graph;
}

/// All chips except `dead`, with the links among them.
Result<Network> without_chip(const Network& network, net::Chip dead) {
  std::vector<net::topology::GraphNode> nodes;
  std::vector<net::topology::GraphLink> links;
  for (const net::Chip chip : network.chips())
    if (chip != dead) nodes.push_back({fmt::format("{}", chip), false});
  const auto number = [&](net::Chip chip) { return chip.value() - (chip > dead ? 1 : 0); };
  for (const net::Channel channel : network.channels()) {
    if (!network.attached(channel) || network.reverse(channel) < channel) continue;
    const net::Chip a = network.source(channel), b = network.target(channel);
    if (a != b && a != dead && b != dead) links.push_back({number(a), number(b), {}, {}, 0});
  }
  Result<net::topology::GraphTopology> graph = net::topology::GraphTopology::make(network.name(), nodes, links);
  if (!graph) return graph.error();
  return Network(*graph);
}

/// Uniform throughput over shortest paths, split so that the most loaded channel carries as little as possible.
Result<double> shortest_path_throughput(const Network& network) {
  constexpr int kIterations = 120;
  constexpr double kGap = 0.005;
  const auto split = net::routing::balanced_split(network, net::workload::Traffic::uniform(network.chip_count(), true),
                                                  kGap, kIterations);
  if (!split) return split.error();
  return split->throughput;
}

/// Throughput after a chip has died, over the throughput before.
Result<double> kept_without_chip(const Network& network) {
  const Result<Network> rest = without_chip(network, net::Chip(network.chip_count() / 3));
  if (!rest) return rest.error();
  const Result<double> before = shortest_path_throughput(network), after = shortest_path_throughput(*rest);
  if (!before) return before.error();
  if (!after) return after.error();
  return *after / *before;
}

/// Throughput with one dark switch, over the throughput before. The solver over all paths converges for good states but
/// hardly for a torus that has lost a switch; for shortest paths it is the other way round. The better of the two
/// counts.
Result<double> kept_without_switch(const SymmetricState& state) {
  FlowOptions options;
  options.iterations = 200;
  options.keep_split = false;
  const net::Ocs ocs(state.block_side + 1);  // in the middle of the x faces
  const auto best = [&](const LiftedGraph& graph, const net::ocs::StateOfSlice& circuits) -> Result<double> {
    const Result<net::topology::OcsTopology> topology =
        net::topology::OcsTopology::make(circuits.state, circuits.slice, to_string(state.shape));
    if (!topology) return topology.error();
    const Result<LiftedFlow> flow = balanced_flow(graph, options);
    if (!flow) return flow.error();
    const Result<double> shortest = shortest_path_throughput(Network(*topology));
    if (!shortest) return shortest.error();
    return std::max(flow->throughput, *shortest);
  };
  net::ocs::StateOfSlice circuits = circuits_of(state);
  const Result<double> before = best(lifted(state), circuits);
  if (!before) return before.error();
  net::fault::darken(circuits.state, ocs);
  const Result<double> after = best(without_switch(state, ocs), circuits);
  if (!after) return after.error();
  return *after / *before;
}

/// The share of an all-reduce's bandwidth bound, 2(N-1)/N of the buffer over six links, that the trees reach.
struct TreeReduce {
  std::size_t trees = 0;
  int depth = 0;
  double share = 0;
};
Result<TreeReduce> all_reduce(const Network& network, int pieces) {
  constexpr std::uint64_t kBuffer = std::uint64_t{1} << 26;
  const std::vector<SpanningTree> trees = disjoint_trees(network, 3);
  TreeReduce result{trees.size(), 0, 0};
  for (const SpanningTree& tree : trees) result.depth = std::max(result.depth, tree.depth);
  if (pieces == 0) return result;
  const auto routing = net::routing::TableRouting::make(network, net::routing::Split::even);
  if (!routing) return routing.error();
  const auto run = net::flow::run_flows(network, *routing, tree_all_reduce(network, trees, kBuffer, pieces));
  if (!run) return run.error();
  const double chips = network.chip_count();
  const double bound =
      2 * (chips - 1) / chips * static_cast<double>(kBuffer) / 6 / net::LinkModel{}.bandwidth_gbytes_per_s;
  result.share = bound / run->time_ns;
  return result;
}

Result<void> weigh_costs(Run& run, const Slice& slice, const SymmetricState& state, const RoutedState& routed,
                         Table& table) {
  const std::string name = to_string(slice.sides);
  const TableSize size = routed.routing.table_size();
  const auto computed = [&](const char* what, double value, const char* unit, const char* method) {
    run.computed(fmt::format("learn.cost.{}_{}", what, name), value, unit, method);
  };
  computed("table_ways", double(size.next_hops), "entries",
           "next hops over all destinations and vertices, in the largest chip's table");
  computed("table_bytes", size.bytes, "bytes", "4 bytes per next hop, 4 per pair of destination and vertex");
  computed("table_vertices", double(size.vertices), "vertices", "in the largest chip's table");
  const bool small = slice.seeds > 1;
  const Result<TreeReduce> trees = all_reduce(routed.network, small ? run.parameter("pieces", 32, 256) : 0);
  if (!trees) return trees.error();
  computed("trees", double(trees->trees), "trees", "link-disjoint spanning trees");
  computed("tree_depth", trees->depth, "links", "depth of the deepest tree, from its centre");
  const Result<SymmetricState> torus = torus_state(slice.sides, state.block_side);
  if (!torus) return torus.error();
  std::vector<Cell> row = {name,
                           double(routed.routing.vc_classes()),
                           double(size.vertices),
                           double(size.next_hops),
                           size.bytes / 1024,
                           double(trees->trees),
                           double(trees->depth)};
  if (small) {
    const Result<double> dark = kept_without_switch(state), torus_dark = kept_without_switch(*torus);
    if (!dark) return dark.error();
    if (!torus_dark) return torus_dark.error();
    computed("switch_dark_kept", *dark, "1", "throughput with one dark switch, split again, over that before");
    computed("switch_dark_kept_torus", *torus_dark, "1", "the same for the regular torus");
    const Result<double> dead = kept_without_chip(routed.network);
    const Result<double> torus_dead = kept_without_chip(Network(net::topology::Torus{slice.sides}));
    if (!dead) return dead.error();
    if (!torus_dead) return torus_dead.error();
    run.simulated(fmt::format("learn.cost.tree_all_reduce_share_{}", name), trees->share, "1",
                  "flow level, 64 MiB; bound: 2(N-1)/N of the buffer over six links");
    computed("chip_dead_kept", *dead, "1",
             "throughput without one chip, shortest paths, split again, over that before");
    computed("chip_dead_kept_torus", *torus_dead, "1", "the same for the regular torus");
    for (const double cell : {*dark, *torus_dark, trees->share, *dead, *torus_dead}) row.emplace_back(cell);
  }
  row.resize(table.columns.size(), Cell(std::string()));
  table.add(row);
  return {};
}

Result<void> confirm(Run& run, const Slice& slice, const SymmetricState& state, Tables& tables) {
  const std::string name = slice.name();
  const int packets_a_pair = run.quick() ? slice.packets_a_pair / 8 : slice.packets_a_pair;
  std::vector<std::uint64_t> seeds;
  for (int i = 0; i < (run.quick() ? 1 : slice.seeds); ++i)
    seeds.push_back(run.random(static_cast<std::uint64_t>(i)).next());
  FlowOptions options = flow_options(run, state);
  const Result<LiftedFlow> free = balanced_flow(lifted(state), options);
  if (!free) return free.error();
  options.keep_split = true;
  const Result<RouteRule> rule = shipped_rule(state);
  if (!rule) return rule.error();
  const Result<RoutedState> routed_paths = routed(state, *rule, options, kLeastShare);
  if (!routed_paths) return routed_paths.error();
  const net::routing::DeadlockCheck deadlock =
      net::routing::check_deadlock(routed_paths->network, routed_paths->routing);
  if (!deadlock.deadlock_free()) return Error{name, to_string(deadlock, routed_paths->network), "deadlock-free paths"};
  std::vector<double> packets;
  for (const std::uint64_t seed : seeds) {
    const Result<double> reached =
        packet_throughput(routed_paths->network, routed_paths->routing, packets_a_pair, packets_of(seed));
    if (!reached) return reached.error();
    packets.push_back(*reached);
  }
  const Result<Torus> torus = reach(net::topology::Torus{slice.sides}, packets_a_pair, seeds);
  if (!torus) return torus.error();

  const std::string method = fmt::format("{} packets of 4 KiB per pair", packets_a_pair);
  const auto key = [&](const char* what) { return fmt::format("learn.packets.{}_{}", what, name); };
  run.computed(key("vc_classes"), rule->vc_classes, "classes",
               "optical first; fewest classes that lengthen the mean path by at most 2 %");
  run.computed(key("dependencies"), double(*deadlock.dependencies), "dependencies", "acyclic channel-dependency graph");
  run.computed(key("fluid_free"), free->throughput, "link bandwidths", "all paths");
  run.computed(key("fluid_free_bound"), free->dual_bound, "link bandwidths", "all paths, dual bound");
  run.computed(key("fluid"), routed_paths->throughput, "link bandwidths", "under the rule");
  run.computed(key("fluid_bound"), routed_paths->dual_bound, "link bandwidths", "under the rule, dual bound");
  const Estimate packet = estimate_median(packets);
  run.simulated(key("packet"), packet, "link bandwidths");
  run.simulated(key("packet_share"), packet.value / routed_paths->throughput, "1",
                method + ", over the fluid throughput");
  run.simulated(key("torus_packet"), estimate_median(torus->packets), "link bandwidths");
  run.simulated(key("gain_torus"), packet.value / median(torus->packets), "x", method);
  std::vector<Cell> row = {name,
                           double(state.chips()),
                           double(rule->vc_classes),
                           free->throughput,
                           free->dual_bound,
                           routed_paths->throughput,
                           packet.value,
                           packet.value / routed_paths->throughput,
                           torus->bound,
                           median(torus->packets),
                           routed_paths->throughput / torus->bound,
                           packet.value / median(torus->packets)};
  if (const auto topology = net::topology::TwistedTorus::make(slice.sides); topology) {
    const Result<Torus> twisted = reach(*topology, packets_a_pair, seeds);
    if (!twisted) return twisted.error();
    run.simulated(key("twisted_packet"), estimate_median(twisted->packets), "link bandwidths");
    run.simulated(key("gain_twisted"), packet.value / median(twisted->packets), "x", method);
    for (const double cell : {twisted->bound, median(twisted->packets), routed_paths->throughput / twisted->bound,
                              packet.value / median(twisted->packets)})
      row.emplace_back(cell);
  }
  row.resize(tables.packets.columns.size(), Cell(std::string()));
  tables.packets.add(row);
  if (slice.opposite) return {};
  if (const Result<void> done = try_classes(run, slice, state, rule->vc_classes, free->throughput, tables.classes);
      !done)
    return done;
  return weigh_costs(run, slice, state, *routed_paths, tables.costs);
}

Result<void> confirm_all(Run& run) {
  run.parameter("packet_bytes", net::packet::Config{}.packet_bytes);
  run.parameter("virtual_channels", net::packet::Config{}.vcs);
  run.parameter("buffer_packets", net::packet::Config{}.vc_buffer_packets);
  run.parameter("least_share", double(kLeastShare));
  Table& packets = run.table("learned_packets", {{"slice", "", Source::label},
                                                 {"chips", "chips", Source::computed},
                                                 {"vc_classes", "classes", Source::computed},
                                                 {"fluid_free", "link bandwidths", Source::computed},
                                                 {"fluid_free_bound", "link bandwidths", Source::computed},
                                                 {"fluid", "link bandwidths", Source::computed},
                                                 {"packet", "link bandwidths", Source::simulated},
                                                 {"packet_share", "1", Source::simulated},
                                                 {"torus_bound", "link bandwidths", Source::computed},
                                                 {"torus_packet", "link bandwidths", Source::simulated},
                                                 {"gain_torus_fluid", "x", Source::computed},
                                                 {"gain_torus_packet", "x", Source::simulated},
                                                 {"twisted_bound", "link bandwidths", Source::computed},
                                                 {"twisted_packet", "link bandwidths", Source::simulated},
                                                 {"gain_twisted_fluid", "x", Source::computed},
                                                 {"gain_twisted_packet", "x", Source::simulated}});
  Table& classes = run.table("learned_classes", {{"slice", "", Source::label},
                                                 {"chips", "chips", Source::computed},
                                                 {"vc_classes", "classes", Source::computed},
                                                 {"order", "", Source::label},
                                                 {"mean_hops", "hops", Source::computed},
                                                 {"mean_hops_free", "hops", Source::computed},
                                                 {"throughput", "link bandwidths", Source::computed},
                                                 {"dual_bound", "link bandwidths", Source::computed},
                                                 {"share_of_free", "1", Source::computed}});
  Table& costs = run.table("learned_costs", {{"slice", "", Source::label},
                                             {"vc_classes", "classes", Source::computed},
                                             {"vertices", "vertices", Source::computed},
                                             {"ways", "entries", Source::computed},
                                             {"table_size", "KiB", Source::computed},
                                             {"trees", "trees", Source::computed},
                                             {"tree_depth", "links", Source::computed},
                                             {"switch_dark_kept", "1", Source::computed},
                                             {"switch_dark_kept_torus", "1", Source::computed},
                                             {"tree_all_reduce_share", "1", Source::simulated},
                                             {"chip_dead_kept", "1", Source::computed},
                                             {"chip_dead_kept_torus", "1", Source::computed}});
  Tables tables{packets, classes, costs};
  std::vector<const Slice*> slices;
  for (const Slice& slice : kSlices)
    if (slice.quick || !run.quick()) slices.push_back(&slice);
  Progress progress("learned-packets", slices.size());
  for (const Slice* slice : slices) {
    const Result<SymmetricState> state = shipped_state(run, *slice);
    if (!state) return state.error();
    if (const Result<void> done = confirm(run, *slice, *state, tables); !done) return done;
    progress.step(slice->name());
  }
  return {};
}

std::vector<std::string> inputs() {
  std::vector<std::string> files;
  for (const Slice& slice : kSlices) files.emplace_back(slice.file);
  return files;
}

const Experiment kExperiment{
    .name = "learned-packets",
    .question = "Do packets reach what learned states promise without deadlock, and what do such states cost?",
    .claims = {},
    .inputs = inputs(),
    .quick_seconds = 5,
    .full_seconds = 200,
    .run = confirm_all};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
