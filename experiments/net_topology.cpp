// Asks how far apart the chips of the machine are, what its optical switches can form, and which reading of the claims
// about hops the numbers fit.
//
// Claims: net.chips, net.spares, net.scale, net.hops.2d, net.hops.3d, net.hops.worst, net.hops.ratio, net.topologies,
// tpu.bisection, tpu.ocs.count. Nothing is sampled except the shuffle of one negative control; both modes do the same.
//
// Conventions, repeated in every metric's method: hops count links on a shortest path; "including self" divides by N^2
// ordered pairs, "excluding self" by N(N-1). A bisection counts each link that leaves one half once. Bounds are
// injection rates per chip in link bandwidths, including a chip's own share of uniform traffic. GB = 10^9 bytes.
// Half-way ties are split evenly, except on the one printed route, where they go in the positive direction.
//
// Tables: address_examples, machine_sizes, topology_summary, distance_distribution, twisted_against_regular, bisection,
// hop_readings, available_topologies, example_nodes, example_links, ocs_ports, ocs_totals, route_dimension_order,
// splice_circuits, chip_remap.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "vtpu/base/text.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/ocs/slice.h"
#include "vtpu/net/seats.h"
#include "vtpu/net/topology/all.h"
#include "vtpu/net/topology/analysis.h"

namespace {

using namespace vtpu::net;
using vtpu::Error;
using vtpu::Result;
using vtpu::measure::Cell;
using vtpu::measure::Column;
using vtpu::measure::Run;
using vtpu::measure::Table;

constexpr const char* kFacts = "data/published/network_claims.csv";
const Shape kCube = {16, 16, 16};
const Shape kPlane = {64, 64};

Column label(const char* name) { return {name, "", Column::Source::label}; }
Column number(const char* name, const char* unit) { return {name, unit, Column::Source::computed}; }
Column quoted(const char* name, const char* unit) { return {name, unit, Column::Source::quoted}; }

// ---- the machine and its names

/// Whether address, block place and rack place each map back to every chip of the machine.
bool names_are_bijections(const Machine& machine) {
  for (const Chip chip : vtpu::index_range<Chip>(machine.chip_count())) {
    const auto by_address = machine.chip_at(machine.address_of(chip));
    const auto by_rack = machine.chip_at(machine.rack_place_of(chip));
    if (!by_address || *by_address != chip || !by_rack || *by_rack != chip) return false;
    if (machine.chip_at(machine.block_place_of(chip)) != chip) return false;
  }
  return true;
}

constexpr int kSizes[] = {4096, 8192, 16384, 32768, 65536};

/// The largest of the sizes that can be configured with this block side and whose names are all bijections.
int scales_to(int block_side) {
  int largest = 0;
  for (const int size : kSizes) {
    MachineConfig config = Machine::of_size(size)->config();
    config.block_side = block_side;
    const Result<Machine> machine = Machine::make(config);
    if (machine && names_are_bijections(*machine)) largest = size;
  }
  return largest;
}

void describe_machine(Run& run) {
  const Machine machine = *Machine::make({});
  run.computed("net.active_chips", machine.active_count(), "chips", "addresses 1.1.1 to 16.16.16, counted");
  run.computed("net.active_chips.control", Shape({15, 16, 16}).count(), "chips", "the same count with fifteen volumes");
  run.computed("net.spare_chips", machine.spare_count(), "chips", "addresses 17.1.1 to 17.16.16, counted");
  MachineConfig without;
  without.spare_blocks = 0;
  run.computed("net.spare_chips.control", Machine::make(without)->spare_count(), "chips",
               "a machine without volume 17");
  const std::string tested =
      "largest of 4096, 8192, 16384, 32768, 65536 chips whose address, block and rack names are "
      "bijections, tested for every chip";
  run.computed("net.scales_to", scales_to(4), "chips", tested);
  run.computed("net.scales_to.control", scales_to(6), "chips", tested + "; blocks of 6x6x6, which divide no side");
  const ocs::OcsLayout layout = ocs::OcsLayout::of(machine);
  run.computed("net.ocs.count", layout.ocs_count(), "switches", "3 dimensions x 16 face positions of a 4x4x4 block");
  run.computed("net.ocs.ports", layout.ports_per_ocs(), "ports", "2 faces x (64 + 4) blocks");
  run.computed("net.ocs.count.control", ocs::OcsLayout{2, layout.blocks}.ocs_count(), "switches",
               "blocks of 2x2x2 chips");

  Table& sizes = run.table(
      "machine_sizes", {label("sides"), number("active_chips", "chips"), number("spare_chips", "chips"),
                        number("blocks", "blocks"), number("spare_blocks", "blocks"), number("ocs_count", "switches"),
                        number("ports_per_ocs", "ports"), label("bijections_hold")});
  for (const int size : kSizes) {
    const Machine larger = *Machine::of_size(size);
    const ocs::OcsLayout wiring = ocs::OcsLayout::of(larger);
    sizes.add({to_string(larger.active_shape()), double(size), double(larger.spare_count()),
               double(larger.active_block_count()), double(larger.config().spare_blocks), double(wiring.ocs_count()),
               double(wiring.ports_per_ocs()), names_are_bijections(larger) ? "yes" : "no"});
  }
  Table& names =
      run.table("address_examples", {label("address"), number("chip", ""), number("block", ""), number("position", ""),
                                     number("row", ""), number("rack", ""), number("tray", ""), number("slot", "")});
  for (const ChipAddress& address :
       {ChipAddress{1, 1, 1}, ChipAddress{1, 1, 2}, ChipAddress{2, 2, 1}, ChipAddress{8, 8, 8}, ChipAddress{16, 16, 16},
        ChipAddress{17, 1, 1}, ChipAddress{17, 16, 16}}) {
    const Chip chip = *machine.chip_at(address);
    const BlockPlace block = machine.block_place_of(chip);
    const RackPlace rack = machine.rack_place_of(chip);
    names.add({to_string(address), double(chip.value()), double(block.block.value()), double(block.position),
               double(rack.row), double(rack.rack), double(rack.tray), double(rack.slot)});
  }
}

// ---- distances, bisections and bounds

struct Tables {
  Table& summary;
  Table& distribution;
};

struct Summary {
  topology::DistanceDistribution hops;
  topology::BisectionBounds bisection;
  double bound;  // best known upper bound on the all-to-all injection rate
};

/// Analyses one topology from every source. `grid` numbers its chips for cuts. Error: the closed form and the search
/// disagree, or a type wrongly states that all chips look alike.
template <Topology T>
Result<Summary> summarise(const T& topology, const Shape& grid, Tables tables) {
  const topology::LinkGraph graph = topology::link_graph(topology);
  const topology::DistanceDistribution searched = distances(graph, topology::Sources::all);
  const topology::DistanceDistribution formula = closed_form(topology);
  if (searched != formula)
    return Error{topology.name(), "distances by search differ from the closed form", "equal distributions"};
  if (T::kVertexTransitive && distances(graph, topology::Sources::first) != searched)
    return Error{topology.name(), "chips with different distance distributions", "one distribution for every chip"};
  const topology::UniformLoad load = topology::uniform_load(graph, topology::Sources::all);
  Summary summary{searched, {}, load.bound_by_link()};
  if constexpr (requires { closed_form_alltoall_bound(topology); })
    summary.bound = closed_form_alltoall_bound(topology);
  summary.bisection = topology::bisection_bounds(graph, grid, summary.bound);
  tables.summary.add({topology.name(), double(topology.chip_count()), double(num_edges(graph)),
                      double(searched.diameter()), formula.average_including_self(), searched.average_including_self(),
                      formula.average_excluding_self(), searched.average_excluding_self(),
                      double(summary.bisection.at_least), double(summary.bisection.at_most), summary.bound,
                      load.bound_by_dimension(), load.bound_by_link(), topology::spectral_gap(graph)});
  for (std::size_t distance = 0; distance < searched.pairs_at.size(); ++distance)
    tables.distribution.add({topology.name(), double(distance), double(searched.pairs_at[distance]),
                             double(searched.pairs_at[distance]) / topology.chip_count() / topology.chip_count()});
  return summary;
}

Tables summary_tables(Run& run) {
  Table& summary = run.table(
      "topology_summary",
      {label("topology"), number("chips", "chips"), number("directed_links", "links"), number("diameter", "hops"),
       number("hops_including_self_closed_form", "hops"), number("hops_including_self_search", "hops"),
       number("hops_excluding_self_closed_form", "hops"), number("hops_excluding_self_search", "hops"),
       number("bisection_at_least", "links"), number("bisection_at_most", "links"),
       number("alltoall_bound", "link bandwidths"), number("bound_most_loaded_dimension", "link bandwidths"),
       number("bound_most_loaded_link", "link bandwidths"), number("spectral_gap", "1")});
  Table& distribution = run.table("distance_distribution", {label("topology"), number("hops", "hops"),
                                                            number("ordered_pairs", "pairs"), number("share", "1")});
  return {summary, distribution};
}

void record_hops(Run& run, const std::string& name, const topology::DistanceDistribution& hops,
                 const std::string& what) {
  const std::string method = what + "; breadth-first search from every chip, equal to the closed form";
  run.computed("net.hops." + name, hops.average_including_self(), "hops", method + "; average including self");
  run.computed("net.hops." + name + ".excluding_self", hops.average_excluding_self(), "hops",
               method + "; average excluding self");
  run.computed("net.diameter." + name, hops.diameter(), "hops", method);
}

/// Average hops when messages follow the coordinates of a 16x16x16 torus whose coordinates have been assigned to the
/// chips at random, so that every step between neighbouring coordinates crosses the machine. Steps load all coordinate
/// links equally (ties split evenly). The average is therefore the number of steps times the mean distance between the
/// chips of a step.
double hops_with_shuffled_coordinates(Run& run) {
  const topology::Torus torus{kCube};
  vtpu::IndexedVector<Chip, Chip> chip_of(torus.chip_count());
  std::iota(chip_of.begin(), chip_of.end(), Chip{0});
  vtpu::Random random = run.random(1);
  random.shuffle(chip_of.raw());
  double crossed = 0, steps = 0;
  for_each_link(torus, [&](Port from, Port to) {
    for (int d = 0; d < 3; ++d) {
      const int a = kCube.coordinate_of(chip_of[from.chip].value(), d);
      const int b = kCube.coordinate_of(chip_of[to.chip].value(), d);
      const int apart = std::abs(a - b);
      crossed += std::min(apart, kCube.side(d) - apart);
    }
    steps += 1;
  });
  return closed_form(torus).average_including_self() * crossed / steps;
}

Result<void> compare_topologies(Run& run, Tables tables) {
  std::map<std::string, Summary> found;
  const auto whole_machine = [&](const std::string& name, const auto& topology, const Shape& grid,
                                 const std::string& bound_method) -> Result<void> {
    const Result<Summary> summary = summarise(topology, grid, tables);
    if (!summary) return summary.error();
    record_hops(run, name, summary->hops, topology.name());
    if (summary->bisection.at_least != summary->bisection.at_most)
      return Error{topology.name(), "a bisection that the traffic bound does not certify", "equal bounds"};
    run.computed("net.bisection.links." + name, summary->bisection.at_most, "links",
                 "links of a smallest balanced cut, one direction; closed form, cut and traffic bound agree");
    run.computed("net.alltoall.bound." + name, summary->bound, "link bandwidths",
                 "uniform all-to-all, own share included, injection rate per chip; " + bound_method);
    found.emplace(name, *summary);
    return {};
  };
  const std::string even = "minimal paths, evenly spread";
  if (auto done = whole_machine("torus2d_64x64", topology::Torus{kPlane}, kPlane, even); !done) return done;
  if (auto done = whole_machine("torus3d_16", topology::Torus{kCube}, kCube, even); !done) return done;
  if (auto done =
          whole_machine("mesh3d_16", topology::Mesh{kCube}, kCube,
                        "dimension-order routing, which reaches the bisection bound");
      !done)
    return done;
  if (auto done = whole_machine("hypercube_12", topology::Hypercube{12}, {4096}, even); !done) return done;

  const double flat = found.at("torus2d_64x64").hops.average_including_self();
  run.computed("net.hops.ratio_2d_over_3d", flat / found.at("torus3d_16").hops.average_including_self(), "x",
               "torus 64x64 over torus 16x16x16, averages including self");
  run.computed("net.hops.ratio_2d_over_3d.control", flat / hops_with_shuffled_coordinates(run), "x",
               "coordinates of the cube assigned to its chips at random; messages follow the coordinates");
  const topology::DistanceDistribution ring = closed_form(topology::Torus{{4096}});
  for (const char* name : {"net.hops.torus2d_64x64.control", "net.hops.torus3d_16.control"})
    run.computed(name, ring.average_including_self(), "hops", "a ring of 4096 chips; average including self");
  run.computed("net.diameter.torus3d_16.control", ring.diameter(), "hops", "a ring of 4096 chips");
  return {};
}

Result<void> compare_twisted(Run& run, Tables tables) {
  Table& table = run.table(
      "twisted_against_regular",
      {label("shape"), label("lattice"), number("diameter_regular", "hops"), number("diameter_twisted", "hops"),
       number("hops_excluding_self_regular", "hops"), number("hops_excluding_self_twisted", "hops"),
       number("bisection_regular", "links"), number("bisection_twisted_at_least", "links"),
       number("bisection_twisted_at_most", "links"), number("alltoall_bound_regular", "link bandwidths"),
       number("alltoall_bound_twisted", "link bandwidths"), number("gain", "x"), quoted("quoted_ideal_gain", "x"),
       quoted("quoted_measured_gain", "x")});
  struct Pair {
    Shape sides;
    const char* ideal;     // published row
    const char* measured;  // published row, or none
  };
  for (const Pair& pair : {Pair{{4, 4, 8}, "NW-037", "NW-001"}, Pair{{4, 8, 8}, "NW-044", "NW-002"},
                           Pair{{8, 8, 16}, "NW-051", nullptr}, Pair{{8, 16, 16}, "NW-058", nullptr}}) {
    const std::string shape = to_string(pair.sides);
    const topology::TwistedTorus torus = *topology::TwistedTorus::make(pair.sides);
    const Result<Summary> regular = summarise(topology::Torus{pair.sides}, pair.sides, tables);
    if (!regular) return regular.error();
    const Result<Summary> twisted = summarise(torus, pair.sides, tables);
    if (!twisted) return twisted.error();
    const Result<double> ideal = run.published(kFacts, pair.ideal);
    if (!ideal) return ideal.error();
    Cell measured = std::string();
    if (pair.measured) {
      const Result<double> gain = run.published(kFacts, pair.measured);
      if (!gain) return gain.error();
      measured = *gain;
    }
    const std::string method = "uniform all-to-all, own share included, minimal paths, evenly spread";
    run.computed("net.alltoall.bound.torus3d_" + shape, regular->bound, "link bandwidths", method);
    run.computed("net.alltoall.bound.twisted_" + shape, twisted->bound, "link bandwidths", method);
    run.computed("net.alltoall.gain.twisted_" + shape, twisted->bound / regular->bound, "x",
                 method + "; twisted over regular torus");
    table.add({shape, torus.face_centred() ? "FCC" : "BCC", double(regular->hops.diameter()),
               double(twisted->hops.diameter()), regular->hops.average_excluding_self(),
               twisted->hops.average_excluding_self(), double(regular->bisection.at_most),
               double(twisted->bisection.at_least), double(twisted->bisection.at_most), regular->bound, twisted->bound,
               twisted->bound / regular->bound, *ideal, measured});
  }
  return {};
}

void compare_bisections(Run& run) {
  constexpr double kTpuV3Link = 70;  // GB/s, one direction; jouppi2023tpuv4, Table 4, like LinkModel's 50
  const double tpu_v4_link = run.parameter("tpu_v4_link_gbytes_per_s", LinkModel{}.bandwidth_gbytes_per_s);
  run.parameter("tpu_v3_link_gbytes_per_s", kTpuV3Link);
  Table& table = run.table("bisection",
                           {label("flat"), label("cube"), number("chips", "chips"), number("links_2d", "links"),
                            number("links_3d", "links"), number("bandwidth_2d", "GB/s"), number("bandwidth_3d", "GB/s"),
                            number("link_ratio", "x"), number("bandwidth_ratio", "x")});
  const std::pair<Shape, Shape> pairs[] = {
      {{8, 8}, {4, 4, 4}}, {{8, 16}, {4, 4, 8}}, {{16, 16}, {4, 8, 8}}, {{16, 32}, {8, 8, 8}}, {{32, 32}, {8, 8, 16}}};
  for (const auto& [flat, cube] : pairs) {
    const double flat_links = closed_form_bisection(topology::Torus{flat});
    const double cube_links = closed_form_bisection(topology::Torus{cube});
    const double ratio = cube_links * tpu_v4_link / (flat_links * kTpuV3Link);
    const std::string method = to_string(cube) + " over " + to_string(flat) + " torus, one direction; shapes assumed";
    run.computed(fmt::format("net.bisection.ratio_3d_2d.{}", flat.count()), ratio, "x",
                 method + "; 50 and 70 GB/s per link");
    run.computed(fmt::format("net.bisection.link_ratio_3d_2d.{}", flat.count()), cube_links / flat_links, "x", method);
    table.add({to_string(flat), to_string(cube), double(flat.count()), flat_links, cube_links, flat_links * kTpuV3Link,
               cube_links * tpu_v4_link, cube_links / flat_links, ratio});
  }
  run.computed("net.bisection.ratio_3d_2d.control",
               closed_form_bisection(topology::Torus{{64}}) * tpu_v4_link /
                   (closed_form_bisection(topology::Torus{{8, 8}}) * kTpuV3Link),
               "x", "a ring of 64 chips instead of the 3D torus");
}

// ---- other readings of the claims about hops

/// Hops on a cube where a chip reaches every other chip of its row in one hop: the number of coordinates that differ.
topology::DistanceDistribution hamming_distances(const Shape& sides) {
  topology::DistanceDistribution result{sides.count(), {}};
  result.pairs_at.assign(static_cast<std::size_t>(sides.dimensions()) + 1, 0);
  for (int chip = 0; chip < sides.count(); ++chip) {
    const Coordinates at = sides.coordinates_of(chip);
    // The distribution from the origin is that of every chip.
    const auto differing = sides.dimensions() - std::count(at.begin(), at.begin() + sides.dimensions(), 0);
    result.pairs_at[static_cast<std::size_t>(differing)] += static_cast<std::uint64_t>(sides.count());
  }
  return result;
}

void try_readings(Run& run) {
  Table& table = run.table("hop_readings", {label("reading"), number("hops_including_self", "hops"),
                                            number("hops_excluding_self", "hops"), number("diameter", "hops")});
  const auto tabulate = [&](const char* name, const topology::DistanceDistribution& hops) {
    table.add({name, hops.average_including_self(), hops.average_excluding_self(), double(hops.diameter())});
  };
  const topology::DistanceDistribution ring = distances(topology::Torus{{16}}, topology::Sources::all);
  const topology::DistanceDistribution hamming = hamming_distances(kCube);
  const topology::DistanceDistribution hypercube = distances(topology::Hypercube{4}, topology::Sources::all);
  const topology::DistanceDistribution plane = distances(topology::Torus{{16, 16}}, topology::Sources::all);
  const topology::DistanceDistribution flat = closed_form(topology::Torus{kPlane});
  const topology::DistanceDistribution cube = closed_form(topology::Torus{kCube});
  tabulate("torus 64x64", flat);
  tabulate("torus 16x16x16", cube);
  tabulate("one ring of 16 chips", ring);
  tabulate("one hop per differing coordinate, 16x16x16", hamming);
  tabulate("hypercube of 16 chips", hypercube);
  tabulate("plane of 16x16 chips", plane);

  run.computed("net.reading.ring16.hops", ring.average_including_self(), "hops", "ring of 16 chips; including self");
  run.computed("net.reading.ring16.diameter", ring.diameter(), "hops", "ring of 16 chips");
  run.computed("net.reading.hamming_16x16x16.hops", hamming.average_including_self(), "hops",
               "one hop per differing coordinate of 16x16x16; including self");
  run.computed("net.reading.hamming_16x16x16.diameter", hamming.diameter(), "hops",
               "one hop per differing coordinate of 16x16x16");
  run.computed("net.reading.hypercube_4.hops", hypercube.average_excluding_self(), "hops",
               "hypercube of 16 chips; excluding self");
  run.computed("net.reading.hypercube_4.diameter", hypercube.diameter(), "hops", "hypercube of 16 chips");
  run.computed("net.reading.plane_16x16.hops", plane.average_including_self(), "hops", "16x16 torus; including self");
  run.computed("net.reading.ratio_plane_over_hypercube",
               plane.average_excluding_self() / hypercube.average_excluding_self(), "x",
               "16x16 torus over hypercube of 16 chips, both excluding self");
  run.computed("net.reading.ratio_one_hop_per_dimension",
               flat.average_including_self() / hamming.average_including_self(), "x",
               "torus 64x64 over one hop per differing coordinate of 16x16x16, both including self");
}

// ---- what the switches can form

/// The state of unprogrammed switches: every block's '+' is joined with its own '-' in every switch.
ocs::OcsState identity_state(const ocs::OcsLayout& layout) {
  std::vector<ocs::Circuit> circuits;
  for (const Ocs ocs : vtpu::index_range<Ocs>(layout.ocs_count()))
    for (const Block block : vtpu::index_range<Block>(layout.blocks))
      circuits.push_back({ocs, layout.port_of(block, ocs::Face::plus), layout.port_of(block, ocs::Face::minus)});
  return *ocs::OcsState::make(layout, circuits);
}

/// Whether the machine has all links of `wanted`, when chip i of `wanted` is chip_of(i) of the slice.
template <Topology T>
bool contains_links(const topology::OcsTopology& machine, const T& wanted, const std::function<Chip(Chip)>& chip_of) {
  std::set<std::pair<Chip, Chip>> links;
  for_each_link(machine, [&](Port from, Port to) { links.insert({from.chip, to.chip}); });
  bool all = true;
  for_each_link(wanted, [&](Port from, Port to) {
    all = all && links.contains({chip_of(from.chip), chip_of(to.chip)});
  });
  return all;
}

/// Maps a corner of the 6-cube to a chip of the 4x4x4 torus: the reflected Gray code maps a 2-cube to a ring of 4.
Chip torus_chip_of_corner(Chip corner) {
  constexpr int kRing[4] = {0, 1, 3, 2};
  const int number = corner.value();
  return Chip(kRing[number / 16] * 16 + kRing[number / 4 % 4] * 4 + kRing[number % 4]);
}

enum class Programming { by_builder, identity };

/// Whether a slice of this shape can form the topology. Every answer is checked link by link on the state.
bool forms_torus2d(const ocs::OcsLayout& layout, const Shape& shape, const Shape& plane_shape,
                   Programming programming) {
  const ocs::Slice slice = *ocs::Slice::make(layout, shape);
  const ocs::SnakedPlane plane = *ocs::SnakedPlane::make(layout, slice, plane_shape);
  ocs::OcsState state = programming == Programming::identity ? identity_state(layout) : ocs::OcsState(layout);
  if (programming == Programming::by_builder && !plane.connect(state)) return false;
  const Result<topology::OcsTopology> machine = topology::OcsTopology::make(state, slice, "slice");
  return machine && contains_links(*machine, topology::Torus{plane_shape},
                                   [&](Chip chip) { return *slice.chip_at(plane.place_of(chip)); });
}

template <Topology T>
bool forms(
    const ocs::OcsLayout& layout, const Shape& shape, const T& wanted, Programming programming,
    const std::function<Result<void>(ocs::OcsState&, const ocs::Slice&)>& connect,
    const std::function<Chip(Chip)>& chip_of = [](Chip chip) { return chip; }) {
  const ocs::Slice slice = *ocs::Slice::make(layout, shape);
  ocs::OcsState state = programming == Programming::identity ? identity_state(layout) : ocs::OcsState(layout);
  if (programming == Programming::by_builder && !connect(state, slice)) return false;
  const Result<topology::OcsTopology> machine = topology::OcsTopology::make(state, slice, "slice");
  return machine && contains_links(*machine, wanted, chip_of);
}

bool forms_twisted(const ocs::OcsLayout& layout, const Shape& shape, Programming programming) {
  const Result<topology::TwistedTorus> wanted = topology::TwistedTorus::make(shape);
  return wanted && forms(layout, shape, *wanted, programming, ocs::connect_twisted_torus);
}

bool forms_hypercube(const ocs::OcsLayout& layout, const Shape& shape, int dimensions, Programming programming) {
  if (dimensions == 6)
    return forms(layout, shape, topology::Hypercube{6}, programming, ocs::connect_torus, torus_chip_of_corner);
  return forms(
      layout, shape, topology::Hypercube{dimensions}, programming,
      [&](ocs::OcsState& state, const ocs::Slice& slice) { return ocs::connect_hypercube(state, slice, dimensions); });
}

void count_available(Run& run, const ocs::OcsLayout& layout) {
  Table& table = run.table("available_topologies", {label("topology"), label("slice"), label("available")});
  const auto count = [&](const std::vector<std::tuple<std::string, std::string, bool>>& answers, bool listed) {
    int available = 0;
    for (const auto& [topology, slice, yes] : answers) {
      available += yes;
      if (listed) table.add({topology, slice, yes ? "yes" : "no"});
    }
    return available;
  };
  const auto whole = [&](Programming programming) {
    return std::vector<std::tuple<std::string, std::string, bool>>{
        {"2D torus 64x64", "16x16x16", forms_torus2d(layout, kCube, kPlane, programming)},
        {"3D torus", "16x16x16", forms(layout, kCube, topology::Torus{kCube}, programming, ocs::connect_torus)},
        {"twisted torus", "16x16x16", forms_twisted(layout, kCube, programming)},
        {"hypercube 12", "16x16x16", forms_hypercube(layout, kCube, 12, programming)}};
  };
  const std::string checked =
      "number of 2D torus, 3D torus, twisted torus, hypercube; every state is built and its links are compared";
  run.computed("net.topologies.available", count(whole(Programming::by_builder), true), "topologies",
               checked + "; on all 4096 chips. A twisted torus needs 2k^3 or 4k^3 chips, a 12-cube 12 links per chip");
  run.computed("net.topologies.available.control", count(whole(Programming::identity), false), "topologies",
               checked + "; on all 4096 chips, with every switch left at the identity");
  const Programming built = Programming::by_builder;
  run.computed(
      "net.topologies.available_any_slice",
      count({{"2D torus 16x16", "4x8x8", forms_torus2d(layout, {4, 8, 8}, {16, 16}, built)},
             {"3D torus", "4x4x8", forms(layout, {4, 4, 8}, topology::Torus{{4, 4, 8}}, built, ocs::connect_torus)},
             {"twisted torus", "4x4x8", forms_twisted(layout, {4, 4, 8}, built)},
             {"hypercube 6", "4x4x4", forms_hypercube(layout, {4, 4, 4}, 6, built)}},
            true),
      "topologies", checked + "; each on a slice that suits it");
}

const char* sign(ocs::Face face) { return face == ocs::Face::plus ? "+" : "-"; }

void account_ports(Run& run, const ocs::OcsLayout& layout) {
  ocs::OcsState state(layout);
  const ocs::Slice slice = *ocs::Slice::make(layout, {4, 4, 8});
  VTPU_CHECK(ocs::connect_twisted_torus(state, slice).ok(), "an empty machine can hold any slice");
  Table& ports =
      run.table("ocs_ports", {number("switch", ""), label("dimension"), number("u", ""), number("v", ""),
                              number("port", ""), number("block", ""), label("face"), number("connected_port", ""),
                              number("connected_block", ""), label("connected_face")});
  for (const Ocs ocs : vtpu::index_range<Ocs>(layout.ocs_count()))
    for (const OcsPort port : vtpu::index_range<OcsPort>(layout.ports_per_ocs())) {
      const OcsPort other = state.peer(ocs, port);
      if (!other.valid()) continue;
      const int s = layout.block_side;
      ports.add({double(ocs.value()), std::string(1, "xyz"[layout.dimension_of(ocs)]), double(ocs.value() / s % s),
                 double(ocs.value() % s), double(port.value()), double(layout.block_of(port).value()),
                 sign(layout.face_of(port)), double(other.value()), double(layout.block_of(other).value()),
                 sign(layout.face_of(other))});
    }

  Table& totals = run.table("ocs_totals", {label("state"), number("switches", "switches"), number("ports", "ports"),
                                           number("switches_in_use", "switches"), number("ports_in_use", "ports"),
                                           number("circuits", "circuits"), number("dark_ports", "ports")});
  const auto total = [&](const std::string& name, const ocs::OcsState& of) {
    std::set<Ocs> used;
    for (const ocs::Circuit& circuit : of.circuits()) used.insert(circuit.ocs);
    const double all = double(layout.ocs_count()) * layout.ports_per_ocs();
    const double circuits = double(of.circuits().size());
    totals.add(
        {name, double(layout.ocs_count()), all, double(used.size()), 2 * circuits, circuits, all - 2 * circuits});
  };
  total("twisted torus 4x4x8, other blocks dark", state);
  const ocs::Slice whole = *ocs::Slice::make(layout, kCube);
  ocs::OcsState torus(layout);
  VTPU_CHECK(ocs::connect_torus(torus, whole).ok(), "an empty machine can hold any slice");
  total("torus 16x16x16, spare blocks dark", torus);
  ocs::OcsState plane(layout);
  VTPU_CHECK(ocs::SnakedPlane::make(layout, whole, kPlane)->connect(plane).ok(), "an empty machine can hold any slice");
  total("torus 64x64, spare blocks dark", plane);

  // Block 21 has coordinates (1,1,1) on the 4x4x4 grid of blocks; chip 8.8.8 is its last chip.
  const Block failed(run.parameter("spliced_block", 21));
  const Block spare(run.parameter("spare_block", 64));
  const ocs::Splice splice = *ocs::splice_block(torus, failed, spare);
  total(fmt::format("torus 16x16x16, block {} replaced by spare block {}", failed, spare), splice.state);
  Table& circuits =
      run.table("splice_circuits", {label("change"), number("switch", ""), label("dimension"), number("block_a", ""),
                                    label("face_a"), number("block_b", ""), label("face_b")});
  const auto list = [&](const char* change, const std::vector<ocs::Circuit>& changed) {
    for (const ocs::Circuit& c : changed)
      circuits.add({change, double(c.ocs.value()), std::string(1, "xyz"[layout.dimension_of(c.ocs)]),
                    double(layout.block_of(c.a).value()), sign(layout.face_of(c.a)),
                    double(layout.block_of(c.b).value()), sign(layout.face_of(c.b))});
  };
  list("before", splice.changes.removed);
  list("after", splice.changes.added);
  run.computed("net.ocs.splice.circuits", double(splice.changes.added.size()), "circuits",
               "circuits set to replace one block of the whole torus by a spare block");
}

// ---- small pictures

void list_examples(Run& run) {
  Table& nodes = run.table("example_nodes",
                           {label("topology"), number("chip", ""), number("x", ""), number("y", ""), number("z", "")});
  Table& links = run.table("example_links", {label("topology"), number("from", ""), number("to", ""),
                                             number("dimension", ""), label("wraps")});
  const auto list = [&](const auto& topology, const std::function<Coordinates(Chip)>& place) {
    for (const Chip chip : vtpu::index_range<Chip>(topology.chip_count())) {
      const Coordinates at = place(chip);
      nodes.add({topology.name(), double(chip.value()), double(at[0]), double(at[1]), double(at[2])});
    }
    for_each_link(topology, [&](Port from, Port to) {
      if (to < from) return;  // count each full-duplex link once
      const Coordinates a = place(from.chip), b = place(to.chip);
      int apart = 0;
      for (std::size_t d = 0; d < 3; ++d) apart += std::abs(a[d] - b[d]);
      const bool ring = topology.dimension_of(PortNumber{1}) == 0;  // two ports per dimension
      links.add({topology.name(), double(from.chip.value()), double(to.chip.value()),
                 double(topology.dimension_of(from.number)), ring && apart > 1 ? "yes" : "no"});
    });
  };
  const auto grid = [](const Shape& sides) {
    return [sides](Chip chip) { return sides.coordinates_of(chip.value()); };
  };
  list(topology::Torus{{4, 4}}, grid({4, 4}));
  list(topology::Torus{{4, 4, 4}}, grid({4, 4, 4}));
  list(*topology::TwistedTorus::make({4, 4, 8}), grid({4, 4, 8}));
  // Bits 0 to 2 give the corners of a cube; bit 3 shifts the cube sideways.
  list(topology::Hypercube{4}, [](Chip chip) {
    const int bits = chip.value();
    return Coordinates{(bits & 1) + 2 * (bits >> 3 & 1), bits >> 1 & 1, bits >> 2 & 1};
  });
}

void show_route_and_remap(Run& run) {
  const Machine machine = *Machine::make({});
  const topology::Torus torus{kCube};
  Table& route = run.table("route_dimension_order", {number("hop", ""), label("address"), number("volume", ""),
                                                     number("book", ""), number("chapter", "")});
  const std::vector<Chip> path = topology::dimension_order_path(torus, *machine.chip_at(ChipAddress{1, 1, 1}),
                                                                *machine.chip_at(ChipAddress{8, 8, 8}));
  for (std::size_t hop = 0; hop < path.size(); ++hop) {
    const ChipAddress at = machine.address_of(path[hop]);
    route.add({double(hop), to_string(at), double(at.volume), double(at.book), double(at.chapter)});
  }
  run.computed("net.route.example.hops", double(path.size() - 1), "hops",
               "1.1.1 to 8.8.8 in dimension order, the shorter way round, half-way ties in the positive direction");

  Table& remap = run.table("chip_remap", {label("failed"), label("name"), label("moves_to"),
                                          number("free_spares", "chips"), number("lost_names", "chips")});
  Seats names = seats_of_names(machine);
  // A chip, another chip, the spare that serves the first, and an idle spare.
  for (const ChipAddress& failed : {ChipAddress{8, 8, 8}, ChipAddress{1, 2, 3}, ChipAddress{17, 1, 1},
                                    ChipAddress{17, 1, 4}, ChipAddress{16, 16, 16}}) {
    const Seats::Move move = *fail_chip(names, *machine.chip_at(failed));
    const auto address = [&](auto number) { return to_string(machine.address_of(Chip(number.value()))); };
    remap.add({to_string(failed), move.seat ? address(*move.seat) : "none (idle spare)",
               move.to ? address(*move.to) : "nowhere", double(names.free_units()), double(names.lost_seats())});
  }
}

Result<void> run_topology(Run& run) {
  describe_machine(run);
  const Tables tables = summary_tables(run);
  if (Result<void> done = compare_topologies(run, tables); !done) return done;
  if (Result<void> done = compare_twisted(run, tables); !done) return done;
  compare_bisections(run);
  try_readings(run);
  const ocs::OcsLayout layout = ocs::OcsLayout::of(*Machine::make({}));
  count_available(run, layout);
  account_ports(run, layout);
  list_examples(run);
  show_route_and_remap(run);
  return {};
}

const vtpu::measure::Experiment kExperiment{
    .name = "net-topology",
    .question =
        "How far apart are the machine's chips, what can its switches form, and which reading do the claims fit?",
    .claims = {"net.chips", "net.spares", "net.scale", "net.hops.2d", "net.hops.3d", "net.hops.worst", "net.hops.ratio",
               "net.topologies", "tpu.bisection", "tpu.ocs.count"},
    .inputs = {kFacts},
    .quick_seconds = 5,
    .full_seconds = 5,
    .times_the_host = false,
    .run = run_topology};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
