// Asks whether the states that a search found lose all-reduce bandwidth, as they have none of the torus's rings.
//
// States of data/states/, 128 to 4096 chips. Beside each lie its rings: Hamiltonian cycles that share no link. They are
// proved here from the circuits alone, and for the smaller slices the schedule of an all-reduce along them as
// well. An all-reduce of kBuffer then runs along them at packet level, on links of 50 GB/s with 500 ns of
// latency, the values of net-collectives. A chip's chunk travels in the fewest pieces that hide this latency, so a link
// never waits in the middle of the run. Packets are long: every message crosses one link that no other stream uses, so
// that their length changes nothing (a test compares). The bound is 2(N-1)/N of the buffer over six links. Control: one
// of the three rings left out.
//
// The same for the regular and the twisted torus of each shape, and for the state with one dark switch, whose rings are
// searched again: chips that lost a link have five, so two rings are the most there can be. On the smaller slices,
// rings meet link-disjoint spanning trees over sizes of the buffer; both take, at each size, the best number of pieces
// of a few. A tree's next piece waits for the last but one, which hides the latency there too.
//
// Parameters: the largest slice of the all-reduce (quick: 512 chips), of the other networks and of the comparison
// (quick: 128). Claim: learn.rings. Outputs: keys learn.rings.*; tables learned_rings, rings_trees.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/collective/check_schedule.h"
#include "vtpu/net/collective/disjoint_rings.h"
#include "vtpu/net/collective/ring_file.h"
#include "vtpu/net/fault/degraded.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/packet/ring_all_reduce.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"
#include "vtpu/search/disjoint_rings.h"
#include "vtpu/search/disjoint_trees.h"
#include "vtpu/search/recipes.h"

namespace {

using namespace vtpu::measure;
using vtpu::Error;
using vtpu::Result;
using vtpu::net::Network;
using vtpu::net::Shape;
using vtpu::net::collective::Ring;
namespace net = vtpu::net;
namespace search = vtpu::search;
using Source = Column::Source;

constexpr net::LinkModel kLink{50, 500};
constexpr std::uint64_t kBuffer = std::uint64_t{1} << 30;
constexpr int kLinks = 6;
constexpr std::size_t kRings = 3;

std::string file_of(const Shape& shape, const char* kind) {
  return fmt::format("data/states/uniform-{}.{}", to_string(shape), kind);
}

net::packet::Config long_packets() {
  net::packet::Config config;
  config.packet_bytes = 1 << 18;
  return config;
}

/// The least time of an all-reduce on chips with six links.
double bound_ns(int chips, std::uint64_t bytes) {
  return 2.0 * (chips - 1) / chips * static_cast<double>(bytes) / kLinks / kLink.bandwidth_gbytes_per_s;
}

/// The fewest pieces of a chunk whose latency is hidden while the others are sent; `most` where no number is enough.
int pieces_for(int chips, std::size_t rings, std::uint64_t bytes, int most) {
  const double chunk_ns =
      static_cast<double>(bytes) / (2.0 * static_cast<double>(rings) * chips) / kLink.bandwidth_gbytes_per_s;
  if (chunk_ns <= kLink.latency_ns) return most;
  return std::min(most, static_cast<int>(std::ceil(chunk_ns / (chunk_ns - kLink.latency_ns))));
}

Result<double> ring_share(const Network& network, const std::vector<Ring>& rings, std::uint64_t bytes, int pieces) {
  const auto done = net::packet::run_ring_all_reduce(network, rings, {bytes, pieces}, long_packets());
  if (!done) return done.error();
  return bound_ns(network.chip_count(), bytes) / done->time_ns;
}

Result<double> large_share(const Network& network, const std::vector<Ring>& rings) {
  constexpr int kMostPieces = 16;
  return ring_share(network, rings, kBuffer, pieces_for(network.chip_count(), rings.size(), kBuffer, kMostPieces));
}

struct ShippedRings {
  net::ocs::StateOfSlice circuits;
  Network network;
  std::vector<Ring> rings;
};

Result<Network> network_of(const net::ocs::StateOfSlice& circuits, const std::string& name) {
  const auto topology = net::topology::OcsTopology::make(circuits.state, circuits.slice, name);
  if (!topology) return topology.error();
  return Network(*topology, kLink);
}

Result<ShippedRings> shipped(const Run& run, const Shape& shape) {
  const auto circuits = net::ocs::read_ocs_state(run.input_path(file_of(shape, "ocs")));
  if (!circuits) return circuits.error();
  Result<Network> network = network_of(*circuits, to_string(shape));
  if (!network) return network.error();
  auto rings = net::collective::read_rings(run.input_path(file_of(shape, "rings")), *network);
  if (!rings) return rings.error();
  return ShippedRings{*circuits, *std::move(network), *std::move(rings)};
}

/// A network whose rings are searched in this run, as a row of the table.
Result<void> search_and_reduce(Run& run, const char* kind, const Shape& shape, const Network& network, Table& table) {
  const auto found = search::disjoint_rings(network, {});
  if (!found) return found.error();
  if (const auto proof = net::collective::check_rings(network, found->rings); !proof) return proof.error();
  const Result<double> share = large_share(network, found->rings);
  if (!share) return share.error();
  const std::string name = to_string(shape);
  run.simulated(fmt::format("learn.rings.{}_share.{}", kind, name), *share, "1",
                fmt::format("packet level, 1 GiB, {} rings; bound of six links", found->rings.size()));
  run.computed(fmt::format("learn.rings.{}_count.{}", kind, name), double(found->rings.size()), "rings",
               "share no link, visit every chip");
  table.add({name, double(shape.count()), kind, double(found->rings.size()), *share});
  return {};
}

/// Sizes and efforts of a run.
struct Scope {
  int most_reduced;   // chips
  int most_proved;    // chips of a proved schedule
  int most_others;    // chips of other networks, and of rings against trees
  int most_messages;  // of trees
};

/// `least`: the smallest share so far.
Result<void> reduce(Run& run, const Shape& shape, const Scope& scope, double& least, Table& table) {
  const Result<ShippedRings> state = shipped(run, shape);
  if (!state) return state.error();
  const std::string name = to_string(shape);
  if (shape.count() <= scope.most_proved)
    for (const Ring& ring : state->rings) {
      const auto schedule = net::collective::ring_all_reduce(ring);
      if (!schedule) return schedule.error();
      if (const auto proof = net::collective::check_schedule(*schedule); !proof) return proof.error();
    }
  const Result<double> share = large_share(state->network, state->rings);
  if (!share) return share.error();
  least = std::min(least, *share);
  run.simulated("learn.rings.all_reduce_share." + name, *share, "1",
                "packet level, 1 GiB, links of 500 ns; bound: 2(N-1)/N of the buffer over six links");
  table.add({name, double(shape.count()), "learned", double(state->rings.size()), *share});
  if (shape == search::shapes_with_recipes().front()) {
    std::vector<Ring> fewer = state->rings;
    fewer.pop_back();
    const Result<double> control = large_share(state->network, fewer);
    if (!control) return control.error();
    run.simulated("learn.rings.all_reduce_share.control", *control, "1", name + ", one ring left out");
  }
  if (shape.count() > scope.most_others) return {};
  if (const auto done = search_and_reduce(run, "torus", shape, Network(net::topology::Torus{shape}, kLink), table);
      !done)
    return done;
  if (const auto twisted = net::topology::TwistedTorus::make(shape); twisted)
    if (const auto done = search_and_reduce(run, "twisted", shape, Network(*twisted, kLink), table); !done) return done;
  net::ocs::StateOfSlice dark = state->circuits;
  net::fault::darken(dark.state, net::Ocs(dark.state.layout().block_side + 1));  // in the middle of the x faces
  const Result<Network> network = network_of(dark, name);
  if (!network) return network.error();
  return search_and_reduce(run, "dark", shape, *network, table);
}

/// The numbers of pieces worth a simulation: of the powers of two that make at most `most_messages`, the kTried with
/// the shortest estimated times. A part of the buffer goes up and down its tree once; each further piece follows after
/// its own time on a link, or after half of that and the latency if two pieces on a link do not fill it.
std::vector<int> tree_pieces(int chips, const std::vector<search::SpanningTree>& trees, std::uint64_t bytes,
                             int most_messages) {
  constexpr std::size_t kTried = 3;
  int depth = 0;
  for (const search::SpanningTree& tree : trees) depth = std::max(depth, tree.depth);
  std::vector<std::pair<double, int>> estimates;
  const int least_messages = 2 * static_cast<int>(trees.size()) * (chips - 1);
  for (int pieces = 1; pieces <= most_messages / least_messages; pieces *= 2) {
    const double piece_ns =
        static_cast<double>(bytes) / static_cast<double>(trees.size()) / pieces / kLink.bandwidth_gbytes_per_s;
    const double hop_ns = piece_ns + kLink.latency_ns;
    estimates.emplace_back(2 * depth * hop_ns + (pieces - 1) * std::max(piece_ns, hop_ns / 2), pieces);
  }
  std::sort(estimates.begin(), estimates.end());
  std::vector<int> tried;
  for (const auto& [time_ns, pieces] : estimates)
    if (tried.size() < kTried) tried.push_back(pieces);
  return tried;
}

/// Shares of the bound at one size of the buffer, each with the best number of pieces tried.
struct Compared {
  double rings = 0, trees = 0;
  int tree_pieces = 0;
};

Result<Compared> compare(const ShippedRings& state, const std::vector<search::SpanningTree>& trees,
                         const net::routing::TableRouting& routing, std::uint64_t bytes, int most_messages) {
  const int chips = state.network.chip_count();
  Compared best;
  for (const int pieces : {1, 2, 4}) {
    if (bytes < 2 * state.rings.size() * std::uint64_t(chips) * std::uint64_t(pieces)) break;
    const Result<double> share = ring_share(state.network, state.rings, bytes, pieces);
    if (!share) return share.error();
    best.rings = std::max(best.rings, *share);
  }
  for (const int pieces : tree_pieces(chips, trees, bytes, most_messages)) {
    const auto done = net::packet::run_packets(
        state.network, routing, search::tree_all_reduce(state.network, trees, bytes, pieces, 2), long_packets());
    if (!done) return done.error();
    if (const double share = bound_ns(chips, bytes) / done->time_ns; share > best.trees) {
      best.trees = share;
      best.tree_pieces = pieces;
    }
  }
  return best;
}

/// Rings against trees over sizes of the buffer, and the size from which rings are faster.
Result<void> sweep_sizes(Run& run, const Shape& shape, const Scope& scope, Table& table) {
  const Result<ShippedRings> state = shipped(run, shape);
  if (!state) return state.error();
  const std::vector<search::SpanningTree> trees = search::disjoint_trees(state->network, static_cast<int>(kRings));
  const auto routing = net::routing::TableRouting::make(state->network, net::routing::Split::even);
  if (!routing) return routing.error();
  const std::string name = to_string(shape);
  std::uint64_t slower = 0, faster = 0;  // sizes beside the last change
  for (int power = 16; power <= 30; power += 2) {
    const std::uint64_t bytes = std::uint64_t{1} << power;
    const Result<Compared> best = compare(*state, trees, *routing, bytes, scope.most_messages);
    if (!best) return best.error();
    const double kib = static_cast<double>(bytes) / 1024;
    const double bound = bound_ns(shape.count(), bytes);
    table.add({name, double(shape.count()), kib, best->rings, best->trees, double(best->tree_pieces),
               bound / best->rings * 1e-3, bound / best->trees * 1e-3});
    if (best->rings < best->trees)
      slower = bytes, faster = 0;
    else if (faster == 0)
      faster = bytes;
    if (bytes == kBuffer) {
      run.simulated("learn.rings.tree_share." + name, best->trees, "1",
                    "three link-disjoint trees, 1 GiB, packet level, links of 500 ns, best number of pieces");
      run.simulated("learn.rings.over_trees." + name, best->rings / best->trees, "x",
                    "speed of rings over trees, 1 GiB");
    }
  }
  if (slower > 0)
    run.simulated("learn.rings.trees_faster_mib." + name, static_cast<double>(slower) / (1 << 20), "MiB",
                  "largest buffer tried for which trees are faster");
  if (faster > 0)
    run.simulated("learn.rings.rings_faster_mib." + name, static_cast<double>(faster) / (1 << 20), "MiB",
                  "smallest buffer tried from which on rings are faster");
  return {};
}

Result<void> study(Run& run) {
  const Scope scope{run.parameter("most_chips", 512, 4096), run.parameter("most_chips_proved", 128, 256),
                    run.parameter("most_chips_of_others", 128, 256),
                    run.parameter("most_messages_of_trees", 1 << 20, 1 << 21)};
  run.parameter("link_latency_ns", kLink.latency_ns);
  run.parameter("packet_bytes", long_packets().packet_bytes);
  Table& table = run.table("learned_rings", {{"slice", "", Source::label},
                                             {"chips", "chips", Source::computed},
                                             {"network", "", Source::label},
                                             {"rings", "rings", Source::computed},
                                             {"share", "1", Source::simulated}});
  Table& sizes = run.table("rings_trees", {{"slice", "", Source::label},
                                           {"chips", "chips", Source::computed},
                                           {"buffer", "KiB", Source::computed},
                                           {"rings_share", "1", Source::simulated},
                                           {"trees_share", "1", Source::simulated},
                                           {"tree_pieces", "pieces", Source::computed},
                                           {"rings_time", "us", Source::simulated},
                                           {"trees_time", "us", Source::simulated}});
  const std::vector<Shape> shapes = search::shapes_with_recipes();
  double least = std::numeric_limits<double>::infinity();
  Progress progress("learned-rings", 2 * shapes.size());
  for (const Shape& shape : shapes) {
    if (shape.count() <= scope.most_reduced)
      if (const auto done = reduce(run, shape, scope, least, table); !done) return done;
    progress.step(to_string(shape));
    if (shape.count() <= scope.most_others)
      if (const auto done = sweep_sizes(run, shape, scope, sizes); !done) return done;
    progress.step(to_string(shape) + ", sizes");
  }
  run.simulated("learn.rings.least_share", least, "1",
                "smallest share of the bound over the shipped states of this run");
  return {};
}

std::vector<std::string> inputs() {
  std::vector<std::string> files;
  for (const Shape& shape : search::shapes_with_recipes())
    for (const char* kind : {"ocs", "rings"}) files.push_back(file_of(shape, kind));
  return files;
}

const Experiment kExperiment{.name = "learned-rings",
                             .question = "Do learned states lose all-reduce bandwidth for lack of the torus's rings?",
                             .claims = {"learn.rings"},
                             .inputs = inputs(),
                             .quick_seconds = 8,
                             .full_seconds = 240,
                             .run = study};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
