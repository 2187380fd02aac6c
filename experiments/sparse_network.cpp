// Asks what embedding lookups cost on the network: how many hops and how much time the exchange of ids and rows takes,
// by scheme, topology, skew, batch and sharding.
//
// Every chip looks up the same number of rows of one table of 10^9 rows of 128 four-byte elements (the source's
// example), sharded over all chips by hashed rows. Schemes (net/sparse/exchange.h): random, one message per id and one
// reply; batched, one message per pair of chips; deduplicated, every row once per chip; hierarchical, along one
// dimension after the other, merging on the way; rotated, the same in parts that begin with different dimensions. A
// chip's cost per message is not modelled, so that random and batched differ only in headers. Assumed, because nothing
// is published: messages carry a header of 32 bytes, and ids have 8 bytes. Links of 50 GB/s.
//
// Time of a phase: the bytes of its busiest channel, over shortest paths weighted so that uniform traffic loads
// channels as evenly as these paths can. A separate column adds the longest path at 500 ns per hop (assumed, as in
// net-infiniband). Phases follow each other. The bound is checked at packet level, on the same paths, on a smaller
// torus. A message of any size that crosses a link counts as one message-hop. Each phase of a hierarchical exchange has
// a request and a reply.
//
// Topologies: 2D, 3D and twisted tori, and the OCS state that a search found (data/states). The largest machine has no
// twisted torus, so that all topologies are also compared on the next smaller machine. Sharding: 26 tables (MLPerf
// DLRM's features) of 10^6 to 10^9 rows, with one lookup in each or bags of ten, on 128 chips.
//
// Parameters: machines of 4096 and 2048 chips (quick: 256), draws. Outputs: keys sparse.network.*; tables network,
// sharding, packets.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/network.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/sparse/exchange.h"
#include "vtpu/net/sparse/exchange_load.h"
#include "vtpu/net/sparse/lookups.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::at;
using vtpu::Result;
using Source = Column::Source;

constexpr const char* kFacts = "data/published/sparsecore.csv";
constexpr double kHopNs = 500;
constexpr std::uint64_t kRows = 1'000'000'000;
constexpr sparse::Scheme kCompared[] = {sparse::Scheme::random, sparse::Scheme::batched, sparse::Scheme::deduplicated,
                                        sparse::Scheme::hierarchical, sparse::Scheme::rotated};
constexpr double kExponents[] = {0, 0.6, 0.8, 1, 1.2};

// ---- topologies

struct Wired {
  std::string kind;
  Network network;
  Shape grid;                   // the dimensions of the hierarchical scheme
  vtpu::IndexedVector<Channel, double> weights;  // weights of shortest paths, by channel
};

/// Weights that spread uniform traffic over shortest paths. All channels of a class have the same weight. A class is
/// one port on a topology whose chips all look alike, or one pair of position in the block and port on a learned state.
/// By symmetry the destinations of one chip of each kind suffice. Lengths, the logarithms of weights, grow where a
/// class carries more than the average (as in routing/balanced_split.h).
vtpu::IndexedVector<Channel, double> balanced_weights(const Network& network,
                                                      const vtpu::IndexedVector<Chip, int>& kind_of_chip, int kinds,
                                                      int steps) {
  sparse::ExchangePhase uniform{"uniform", {}};
  std::vector<bool> seen(at(kinds), false);
  for (const Chip destination : network.chips()) {
    if (seen[at(kind_of_chip[destination])]) continue;
    seen[at(kind_of_chip[destination])] = true;
    for (const Chip source : network.chips())
      if (source != destination) uniform.transfers.push_back({source, destination, 1, 1});
  }
  const auto class_of = [&](Channel channel) {
    return at(kind_of_chip[network.source(channel)] * network.port_count() + network.port(channel).value());
  };
  std::vector<double> lengths(at(kinds * network.port_count()), 0);
  vtpu::IndexedVector<Channel, double> weights(network.channel_count(), 1), best = weights;
  const sparse::ExchangePhase* const phase = &uniform;
  double least = 0, step = 1.5;
  int gained = 0;
  for (int done = 0; done < steps; ++done) {
    const std::vector<sparse::PhaseLoad> loads = sparse::phase_loads(network, weights, std::span(&phase, 1));
    std::vector<double> of_class(lengths.size(), 0);
    for (const Channel channel : network.channels()) of_class[class_of(channel)] += loads[0].channel_bytes[channel];
    double most = 0, mean = 0;
    for (const double load : of_class) {
      most = std::max(most, load);
      mean += load / static_cast<double>(of_class.size());
    }
    if (done == 0 || most < least) {
      least = most;
      best = weights;
      gained = done;
    } else if (done - gained >= 20) {
      step /= 2;
      gained = done;
    }
    for (std::size_t c = 0; c < lengths.size(); ++c)
      lengths[c] = std::clamp(lengths[c] + step * (of_class[c] / mean - 1), 0.0, 20.0);
    for (const Channel channel : network.channels()) weights[channel] = std::exp(-lengths[class_of(channel)]);
  }
  return best;
}

template <Topology T>
Wired wire(const std::string& kind, const T& topology, const Shape& grid, int steps) {
  Network network(topology);
  const vtpu::IndexedVector<Chip, int> alike(network.chip_count(), 0);
  vtpu::IndexedVector<Channel, double> weights = balanced_weights(network, alike, 1, steps);
  return {kind, std::move(network), grid, std::move(weights)};
}

std::string file_of(const Shape& shape) { return fmt::format("data/states/uniform-{}.ocs", to_string(shape)); }

Result<Wired> wire_learned(const Run& run, const Shape& shape, int steps) {
  const Result<ocs::StateOfSlice> circuits = vtpu::net::ocs::read_ocs_state(run.input_path(file_of(shape)));
  if (!circuits) return circuits.error();
  const Result<topology::OcsTopology> topology =
      topology::OcsTopology::make(circuits->state, circuits->slice, file_of(shape));
  if (!topology) return topology.error();
  Network network(*topology);
  vtpu::IndexedVector<Chip, int> position(network.chip_count());
  for (const Chip chip : network.chips()) position[chip] = circuits->slice.place_of(chip).position;
  const int positions = circuits->state.layout().block_shape().count();
  vtpu::IndexedVector<Channel, double> weights = balanced_weights(network, position, positions, steps);
  return Wired{"learned", std::move(network), shape, std::move(weights)};
}

struct Sides {
  Shape box;
  Shape plane;
};

Result<std::vector<Wired>> wire_all(const Run& run, const Sides& sides, int steps) {
  std::vector<Wired> all;
  all.push_back(wire("2D torus", topology::Torus{sides.plane}, sides.plane, steps));
  all.push_back(wire("3D torus", topology::Torus{sides.box}, sides.box, steps));
  if (const Result<topology::TwistedTorus> twisted = topology::TwistedTorus::make(sides.box); twisted)
    all.push_back(wire("twisted torus", *twisted, sides.box, steps));
  Result<Wired> learned = wire_learned(run, sides.box, steps);
  if (!learned) return learned.error();
  all.push_back(*std::move(learned));
  return all;
}

// ---- the cost of one exchange

struct Cost {
  double messages = 0, bytes = 0, message_hops = 0, byte_hops = 0;
  double time_ns = 0;       // time of the busiest channels
  double latency_hops = 0;  // hops of the longest paths, summed over the phases
  double with_latency_ns() const { return time_ns + latency_hops * kHopNs; }
};

/// The costs of several exchanges, computed together to share shortest-path searches.
std::vector<Cost> costs_of(const Wired& wired, const std::vector<sparse::Exchange>& exchanges) {
  std::vector<const sparse::ExchangePhase*> phases;
  for (const sparse::Exchange& exchange : exchanges)
    for (const sparse::ExchangePhase& phase : exchange) phases.push_back(&phase);
  const std::vector<sparse::PhaseLoad> loads = sparse::phase_loads(wired.network, wired.weights, phases);
  std::vector<Cost> costs(exchanges.size());
  std::size_t next = 0;
  for (std::size_t e = 0; e < exchanges.size(); ++e)
    for (const sparse::ExchangePhase& phase : exchanges[e]) {
      const sparse::PhaseLoad& load = loads[next++];
      costs[e].messages += phase.messages();
      costs[e].bytes += phase.bytes();
      costs[e].message_hops += load.message_hops;
      costs[e].byte_hops += load.byte_hops;
      costs[e].time_ns += load.time_ns(wired.network, 0);
      costs[e].latency_hops += load.farthest;
    }
  return costs;
}

/// The exchanges of all schemes, for topologies with the same grid.
Result<std::vector<sparse::Exchange>> exchanges_of(const sparse::ShardedTables& tables,
                                                   const std::vector<std::vector<std::uint64_t>>& lookups,
                                                   const Shape& grid) {
  std::vector<sparse::Exchange> exchanges;
  for (const sparse::Scheme scheme : kCompared) {
    Result<sparse::Exchange> exchange =
        sparse::make_exchange(tables, lookups, 1, scheme, sparse::MessageFormat{}, grid);
    if (!exchange) return exchange.error();
    exchanges.push_back(*std::move(exchange));
  }
  return exchanges;
}

// ---- schemes and topologies

struct Point {
  double exponent;
  int lookups;
  bool repeated;  // repeated with other draws, for the keys
};

/// The name of a skew in keys, such as "s1.2" for 1.2.
std::string skew_name(double exponent) { return fmt::format("s{:g}", exponent); }

/// Costs by topology and scheme, in the order of draws.
using Samples = std::map<std::pair<std::string, std::size_t>, std::vector<Cost>>;

void record(Run& run, const std::string& skew, int chips, const Samples& samples) {
  const auto ratio = [&](const std::string& key, const std::vector<Cost>& above, const std::vector<Cost>& below,
                         auto of, const std::string& what) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < above.size(); ++i) ratios.push_back(of(above[i]) / of(below[i]));
    Estimate estimate = estimate_median(std::move(ratios));
    estimate.method += fmt::format("; {}; {} chips, 1000 lookups per chip in 10^9 rows, skew {}", what, chips, skew);
    run.simulated("sparse.network." + key + "." + skew, estimate, "x");
  };
  const auto time = [](const Cost& cost) { return cost.time_ns; };
  const auto late = [](const Cost& cost) { return cost.with_latency_ns(); };
  const auto hops = [](const Cost& cost) { return cost.message_hops; };
  const auto byte_hops = [](const Cost& cost) { return cost.byte_hops; };
  for (std::size_t s = 0; s < std::size(kCompared); ++s) {
    const std::string scheme(name_of(kCompared[s]));
    const auto& torus = samples.at({"3D torus", s});
    for (const auto& [kind, key] :
         {std::pair{"2D torus", "plane"}, {"twisted torus", "twisted"}, {"learned", "learned"}}) {
      const auto other = samples.find({kind, s});
      if (other == samples.end()) continue;
      ratio(fmt::format("{}_time_over_torus.{}", key, scheme), other->second, torus, time, "time over the 3D torus's");
    }
    if (s == 0) continue;
    const auto& random = samples.at({"3D torus", 0});
    ratio("hops_saved." + scheme, random, torus, hops, "message-hops of random over those of " + scheme);
    ratio("byte_hops_saved." + scheme, random, torus, byte_hops, "byte-hops of random over those of " + scheme);
    ratio("time_saved." + scheme, random, torus, time, "time of random over that of " + scheme);
    ratio("time_saved_with_latency." + scheme, random, torus, late,
          "time of random over that of the scheme, with 500 ns per hop of the longest paths");
  }
}

Result<void> compare_machine(Run& run, const Sides& sides, const std::vector<Point>& points, int draws, bool record_all,
                             Table& table, Progress& progress) {
  const int chips = sides.box.count();
  const Result<std::vector<Wired>> topologies = wire_all(run, sides, run.quick() ? 25 : 150);
  if (!topologies) return topologies.error();
  const Result<sparse::ShardedTables> tables =
      sparse::ShardedTables::make({{kRows}, 128, 4}, sparse::Sharding::hashed_rows, sides.box);
  if (!tables) return tables.error();
  for (const Point& point : points) {
    const sparse::LookupSource source(*tables, {point.lookups, 1, point.exponent});
    Samples samples;
    for (int draw = 0; draw < (point.repeated ? draws : 1); ++draw) {
      const auto lookups = source.draw_all(run.random(10 + static_cast<std::uint64_t>(draw)));
      for (const Shape& grid : {sides.plane, sides.box}) {
        const Result<std::vector<sparse::Exchange>> exchanges = exchanges_of(*tables, lookups, grid);
        if (!exchanges) return exchanges.error();
        for (const Wired& wired : *topologies) {
          if (wired.grid != grid) continue;
          const std::vector<Cost> costs = costs_of(wired, *exchanges);
          for (std::size_t s = 0; s < costs.size(); ++s) samples[{wired.kind, s}].push_back(costs[s]);
        }
      }
    }
    const double all = double(chips) * point.lookups;
    for (const Wired& wired : *topologies)
      for (std::size_t s = 0; s < std::size(kCompared); ++s) {
        const Cost& cost = samples.at({wired.kind, s})[0];
        table.add({wired.kind, double(chips), fmt::format("{:g}", point.exponent), fmt::format("{}", point.lookups),
                   std::string(name_of(kCompared[s])), cost.messages / all, cost.message_hops / all,
                   cost.bytes / chips * 1e-3, cost.byte_hops / cost.bytes, cost.time_ns * 1e-3, cost.latency_hops,
                   cost.with_latency_ns() * 1e-3});
      }
    if (record_all && point.repeated) record(run, skew_name(point.exponent), chips, samples);
    progress.step(fmt::format("{} chips, skew {}, {} lookups", chips, point.exponent, point.lookups));
  }
  return {};
}

// ---- sharding

Result<void> compare_shardings(Run& run) {
  const Shape box{4, 4, 8};
  const Result<double> features = run.published(kFacts, "SC-045"), examples = run.published(kFacts, "SC-042");
  if (!features) return features.error();
  if (!examples) return examples.error();
  // The features of MLPerf DLRM. Their tables get sizes over the range that the paper covers.
  std::vector<std::uint64_t> rows(static_cast<std::size_t>(*features), 1'000'000);
  for (std::size_t t = 0; t < rows.size() && t < 16; ++t) rows[t] = t < 1 ? kRows : t < 6 ? kRows / 10 : kRows / 100;
  const int of_chip = run.quick() ? 16 : static_cast<int>(*examples);
  const Wired wired = wire("3D torus", topology::Torus{box}, box, 40);
  Table& table = run.table("sharding", {{"sharding", "", Source::label},
                                        {"bag", "rows", Source::label},
                                        {"skew", "", Source::label},
                                        {"scheme", "", Source::label},
                                        {"stored_most", "GB", Source::computed},
                                        {"stored_skew", "x", Source::computed},
                                        {"messages", "messages", Source::simulated},
                                        {"bytes", "kB", Source::simulated},
                                        {"sent_skew", "x", Source::simulated},
                                        {"time", "us", Source::simulated}});
  for (const sparse::Sharding sharding : {sparse::Sharding::hashed_rows, sparse::Sharding::blocked_rows,
                                          sparse::Sharding::columns, sparse::Sharding::tables}) {
    const Result<sparse::ShardedTables> tables = sparse::ShardedTables::make({rows, 128, 4}, sharding, box);
    if (!tables) return tables.error();
    const std::vector<double> stored = tables->stored_bytes();
    double total = 0;
    for (const double bytes : stored) total += bytes;
    const double most = *std::max_element(stored.begin(), stored.end());
    for (const int bag : {1, 10})
      for (const double exponent : {0.0, 1.0}) {
        const sparse::LookupSource source(*tables, {std::max(1, of_chip / bag), bag, exponent});
        const auto lookups = source.draw_all(run.random(30));
        for (const sparse::Scheme scheme : {sparse::Scheme::deduplicated, sparse::Scheme::pooled}) {
          const Result<sparse::Exchange> exchange =
              sparse::make_exchange(*tables, lookups, bag, scheme, sparse::MessageFormat{}, box);
          if (!exchange) return exchange.error();
          const Cost cost = costs_of(wired, {*exchange})[0];
          vtpu::IndexedVector<Chip, double> sent(box.count(), 0);
          for (const sparse::Transfer& reply : exchange->back().transfers)
            sent[reply.source] += static_cast<double>(reply.bytes);
          const double sent_skew = *std::max_element(sent.begin(), sent.end()) * box.count() / exchange->back().bytes();
          table.add({std::string(name_of(sharding)), fmt::format("{}", bag), fmt::format("{:g}", exponent),
                     std::string(name_of(scheme)), most * 1e-9, most * box.count() / total, cost.messages / box.count(),
                     cost.bytes / box.count() * 1e-3, sent_skew, cost.time_ns * 1e-3});
          std::string place(name_of(sharding));
          std::replace(place.begin(), place.end(), ' ', '_');
          run.simulated(
              fmt::format("sparse.network.sharding.{}.bag{}.{}.{}", place, bag, skew_name(exponent), name_of(scheme)),
              cost.time_ns * 1e-3, "us",
              fmt::format("{} tables on {} chips, {} examples per chip; one draw", rows.size(), box.count(),
                          std::max(1, of_chip / bag)));
        }
      }
  }
  return {};
}

// ---- packets

Result<void> check_packets(Run& run) {
  const Shape box = run.quick() ? Shape{4, 4, 4} : Shape{8, 8, 8};
  const Wired wired = wire("3D torus", topology::Torus{box}, box, 1);
  const auto routing = routing::TableRouting::make(wired.network, routing::Split::even);
  if (!routing) return routing.error();
  const Result<sparse::ShardedTables> tables =
      sparse::ShardedTables::make({{kRows}, 128, 4}, sparse::Sharding::hashed_rows, box);
  if (!tables) return tables.error();
  // Shortest-path tables, because dimension order would send most replies of a popular chip through two of its six
  // ports.
  packet::Config config;
  config.vcs = std::max(config.vcs, routing->vc_classes());
  run.parameter("packet_virtual_channels", config.vcs);
  Table& table = run.table("packets", {{"scheme", "", Source::label},
                                       {"skew", "", Source::label},
                                       {"chips", "chips", Source::computed},
                                       {"bound", "us", Source::simulated},
                                       {"packets", "us", Source::simulated},
                                       {"ratio", "x", Source::simulated}});
  for (const double exponent : {0.0, 1.2}) {
    const auto lookups = sparse::LookupSource(*tables, {1000, 1, exponent}).draw_all(run.random(20));
    for (const sparse::Scheme scheme : kCompared) {
      const Result<sparse::Exchange> exchange =
          sparse::make_exchange(*tables, lookups, 1, scheme, sparse::MessageFormat{}, box);
      if (!exchange) return exchange.error();
      const double bound = costs_of(wired, {*exchange})[0].time_ns;
      const std::string name(name_of(scheme));
      const workload::Workload workload = sparse::workload_of(*exchange, box.count(), name);
      const Result<workload::Completion> done = packet::run_packets(wired.network, *routing, workload, config);
      if (!done) return done.error();
      table.add({name, fmt::format("{:g}", exponent), double(box.count()), bound * 1e-3, done->time_ns * 1e-3,
                 done->time_ns / bound});
      run.simulated(
          fmt::format("sparse.network.packets_over_bound.{}.{}", name, skew_name(exponent)), done->time_ns / bound, "x",
          fmt::format("time at packet level over that of the busiest channels, {} torus, 1000 lookups per chip",
                      to_string(box)));
    }
  }
  return {};
}

Result<void> run_network(Run& run) {
  const int draws = run.parameter("draws", 2, 3);
  run.parameter("hop_ns", kHopNs);
  run.parameter("header_bytes", static_cast<double>(sparse::MessageFormat{}.header_bytes));
  run.parameter("id_bytes", static_cast<double>(sparse::MessageFormat{}.id_bytes));
  run.parameter("rows", static_cast<double>(kRows));
  Table& table = run.table("network", {{"topology", "", Source::label},
                                       {"chips", "chips", Source::computed},
                                       {"skew", "", Source::label},
                                       {"lookups", "", Source::label},
                                       {"scheme", "", Source::label},
                                       {"messages", "messages", Source::simulated},
                                       {"message_hops", "hops", Source::simulated},
                                       {"bytes", "kB", Source::simulated},
                                       {"byte_distance", "hops", Source::simulated},
                                       {"time", "us", Source::simulated},
                                       {"latency_hops", "hops", Source::simulated},
                                       {"time_with_latency", "us", Source::simulated}});
  std::vector<Point> skews;
  for (const double exponent : kExponents)
    if (!run.quick() || exponent == 0 || exponent >= 1)
      skews.push_back({exponent, 1000, exponent == 0 || exponent == 1.2});
  std::vector<Point> ends, all = skews;
  for (const Point& point : skews)
    if (point.repeated) ends.push_back(point);
  for (const int lookups : {100, 5000})
    if (lookups < 1000 || !run.quick())
      for (const double exponent : {0.0, 1.2}) all.push_back({exponent, lookups, false});
  Progress progress("sparse-network", all.size() + (run.quick() ? 0 : ends.size()));
  if (run.quick()) {
    if (const auto done = compare_machine(run, {{4, 8, 8}, {16, 16}}, all, draws, true, table, progress); !done)
      return done.error();
  } else {
    if (const auto done = compare_machine(run, {{8, 16, 16}, {32, 64}}, all, draws, true, table, progress); !done)
      return done.error();
    if (const auto done = compare_machine(run, {{16, 16, 16}, {64, 64}}, ends, 1, false, table, progress); !done)
      return done.error();
  }
  if (const Result<void> done = compare_shardings(run); !done) return done.error();
  return check_packets(run);
}

const Experiment kExperiment{.name = "sparse-network",
                             .question = "What do embedding lookups cost on the network, by scheme and topology?",
                             .claims = {},
                             .inputs = {kFacts, file_of({4, 8, 8}), file_of({8, 16, 16}), file_of({16, 16, 16})},
                             .quick_seconds = 4,
                             .full_seconds = 150,
                             .run = run_network};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
