// Asks whether the worked examples of the source documents give what the documents print: the scheme of coordinates,
// routes and their bandwidth, the map of ids, the lookup, batching, and the hit rates of two access patterns.
//
// Claims: net.dims, net.torus2d.dims, net.racks, net.links.optical, net.route.bandwidth, net.rounds.hops,
// net.batch.random, net.batch.legs, sparse.example, sparse.order, mem.l1.seq, mem.l1.rand.
//
// Routes: one message alone on the 16x16x16 torus at packet level, links of 100 GB/s. Cut through, all links of a route
// work at once; stored, each hop is a message of its own that waits for the one before. Lookup: the algorithm of the
// sources (wave 5), which sorts coordinates as text up to the slash and answers in that order. Groups: ids of one
// volume and one book under the base-100 map; a group is reached at the chip that shares the requester's chapter. Hit
// rates: an exact cache of 32 KiB and 8 ways with lines of 64 bytes, LRU, no prefetching; elements of 8 bytes; the
// first pass is not counted.
//
// Parameters: samples of 20 batches of 1000 ids (25 quick, 101 full); passes over the working set (2 in both modes).
// Keys: source.*. Table: access_rates.
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "vtpu/analysis/cache_model.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/statistics.h"
#include "vtpu/net/chip_address.h"
#include "vtpu/net/collective/statistics.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/route_table.h"
#include "vtpu/net/sparse/id_map.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/phext/coordinate.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Random;
using vtpu::Result;
using Source = Column::Source;

constexpr std::uint64_t kVocabulary = 1'000'000'000;
constexpr std::size_t kBatch = 1000;
constexpr std::size_t kBatchesOfASample = 20;

// ---- the scheme of coordinates

/// The place, counted from the library, of the part of a coordinate that a break increments.
double place_of(vtpu::phext::Break kind) {
  vtpu::phext::Coordinate coordinate;
  if (!coordinate.advance(kind)) return 0;
  const vtpu::phext::Parts parts = coordinate.parts();
  return static_cast<double>(std::find(parts.begin(), parts.end(), vtpu::phext::Coordinate::kMin + 1) - parts.begin() +
                             1);
}

/// The numbers in a text.
double numbers_in(const std::string& text) {
  return 1 + static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) { return c == '.' || c == '/'; }));
}

/// The optical links of each active chip: those that leave its block.
std::vector<double> optical_links(const Machine& machine) {
  const Shape& block = machine.block_shape();
  std::vector<double> links;
  for (const Chip chip : vtpu::index_range<Chip>(machine.active_count())) {
    const int position = machine.block_place_of(chip).position;
    int leave = 0;
    for (int d = 0; d < block.dimensions(); ++d) {
      const int at = block.coordinate_of(position, d);
      leave += (at == 0) + (at == block.side(d) - 1);
    }
    links.push_back(leave);
  }
  return links;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Result<void> describe_the_scheme(Run& run) {
  using vtpu::phext::Break;
  const Result<Machine> machine = Machine::make({});
  if (!machine) return machine.error();
  const std::string dimensions = "source.address_dimensions";
  run.computed(dimensions + ".scroll", static_cast<double>(vtpu::phext::Coordinate::kParts), "dimensions",
               "numbers in the coordinate of a scroll");
  run.computed(dimensions + ".chip", numbers_in(to_string(machine->address_of(Chip{0}))), "dimensions",
               "numbers in the address of a chip");
  run.computed(dimensions + ".control", machine->active_shape().dimensions(), "dimensions",
               "numbers in which the addresses of two active chips can differ");

  const std::string place = "place in a coordinate, the library being the first";
  run.computed("source.plane_dimensions.1", place_of(Break::volume), "place", "volume: " + place);
  run.computed("source.plane_dimensions.2", place_of(Break::book), "place", "book: " + place);
  run.computed("source.plane_dimensions.control", place_of(Break::chapter), "place", "chapter: " + place);

  std::set<std::pair<int, int>> racks, doubled;
  for (const Chip chip : vtpu::index_range<Chip>(machine->active_count())) {
    const RackPlace at = machine->rack_place_of(chip);
    racks.emplace(at.row, at.rack);
    doubled.emplace(at.row, (at.rack + 1) / 2);
  }
  run.computed("source.racks", static_cast<double>(racks.size()), "racks", "racks that hold active chips");
  run.computed("source.racks.control", static_cast<double>(doubled.size()), "racks", "if one rack held two blocks");

  const std::vector<double> links = optical_links(*machine);
  const std::string of = " optical links of an active chip, blocks of 4x4x4";
  run.computed("source.optical_links.least", *std::min_element(links.begin(), links.end()), "links", "fewest" + of);
  run.computed("source.optical_links.mean", mean(links), "links", "mean" + of);
  run.computed("source.optical_links.most", *std::max_element(links.begin(), links.end()), "links", "most" + of);
  MachineConfig whole;
  whole.block_side = 16;
  whole.spare_blocks = 0;
  const Result<Machine> one_block = Machine::make(whole);
  if (!one_block) return one_block.error();
  run.computed("source.optical_links.control", mean(optical_links(*one_block)), "links",
               "mean, if the whole machine were one block");
  return {};
}

// ---- routes

struct Torus {
  topology::Torus topology;
  Network network;
  routing::DimensionOrder routing;
};

Result<Torus> torus_with_links(const Machine& machine, double gbytes_per_s) {
  const topology::Torus topology{machine.active_shape()};
  const auto routing = routing::DimensionOrder::make(topology, routing::Dateline::plain, routing::Ties::positive);
  if (!routing) return routing.error();
  return Torus{topology, Network(topology, LinkModel{gbytes_per_s, 500}), *routing};
}

/// GB/s of one message alone; `path`: the chips where it is stored, from source to destination.
Result<double> bandwidth(const Torus& torus, const std::vector<Chip>& path) {
  constexpr std::uint64_t kBytes = 64 << 20;
  workload::Workload message("one message");
  std::vector<int> before;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) before = {message.add({path[i], path[i + 1], kBytes}, before)};
  const Result<workload::Completion> done = packet::run_packets(torus.network, torus.routing, message, {});
  if (!done) return done.error();
  return static_cast<double>(kBytes) / done->time_ns;
}

Result<void> send_along_routes(Run& run) {
  const Machine machine = *Machine::make({});
  const Result<Torus> torus = torus_with_links(machine, 100), slow = torus_with_links(machine, 10);
  if (!torus) return torus.error();
  if (!slow) return slow.error();
  const auto chapter = [&](int number) { return *machine.chip_at(ChipAddress{1, 1, number}); };
  int place = 0;
  for (const int hops : {1, 3, 4}) {
    std::vector<Chip> stored;
    for (int i = 0; i <= hops; ++i) stored.push_back(chapter(1 + i));
    const Result<double> through = bandwidth(*torus, {stored.front(), stored.back()}),
                         waiting = bandwidth(*torus, stored);
    if (!through) return through.error();
    if (!waiting) return waiting.error();
    const std::string what = fmt::format("64 MiB over {} links of 100 GB/s, alone; ", hops);
    ++place;
    run.simulated(fmt::format("source.route_bandwidth.{}", place), *through, "GB/s", what + "packets cut through");
    run.simulated(fmt::format("source.route_bandwidth_stored.{}", place), *waiting, "GB/s",
                  what + "the whole message stored at every hop");
  }
  const Result<double> tenth = bandwidth(*slow, {chapter(1), chapter(2)});
  if (!tenth) return tenth.error();
  run.simulated("source.route_bandwidth.control", *tenth, "GB/s", "64 MiB over one link of 10 GB/s");
  const auto hops_of_round = [&](int distance) {
    return double(routing::route_row(torus->network, torus->routing, chapter(1), chapter(1 + distance)).hops);
  };
  const std::string method = "links between chapters that are 1, 2, 4 apart in rounds one, two, three";
  run.computed("source.round_hops.1", hops_of_round(1), "hops", method);
  run.computed("source.round_hops.2", hops_of_round(2), "hops", method);
  run.computed("source.round_hops.control", hops_of_round(4), "hops", method);
  return {};
}

// ---- ids

using Ids = std::vector<std::uint64_t>;

Ids draw_ids(Random& random) {
  Ids ids(kBatch);
  for (std::uint64_t& id : ids) id = random.below(kVocabulary);
  return ids;
}

/// The parts of a printed coordinate.
std::vector<std::string> parts_of(const std::string& printed) {
  std::vector<std::string> parts(1);
  for (const char c : printed) {
    if (c == '.' || c == '/')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

void map_the_example(Run& run) {
  const std::uint64_t id = 847'293'102, reversed = 201'392'748;
  const std::string printed = "8.47.29/31.02";  // as the source prints it
  const auto agree = [&](std::uint64_t of, bool as_numbers) {
    const std::vector<std::string> ours = parts_of(to_string(sparse::base100_coordinate(of))),
                                   theirs = parts_of(printed);
    double same = 0;
    for (std::size_t i = 0; i < theirs.size(); ++i)
      same += as_numbers ? std::stoi(ours[i]) == std::stoi(theirs[i]) : ours[i] == theirs[i];
    return same;
  };
  const std::string method = "the source's own code gives " + to_string(sparse::base100_coordinate(id)) +
                             ", it prints " + printed + "; parts that agree ";
  run.computed("source.example_parts", agree(id, false), "parts", method + "as text");
  run.computed("source.example_parts_as_numbers", agree(id, true), "parts", method + "as numbers");
  run.computed("source.example_parts.control", agree(reversed, false), "parts", "the digits of the id reversed");
}

/// The share of a batch whose answer stands at the place of its id, by the lookup of the sources; or with about half of
/// the answers exchanged among themselves.
double share_in_place(const Ids& ids, bool exchanged, Random& random) {
  std::vector<std::string> asked;
  for (const std::uint64_t id : ids) asked.push_back(to_string(sparse::base100_coordinate(id)));
  std::vector<std::string> answered = asked;
  if (exchanged) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < answered.size(); ++i)
      if (random.below(2) == 0) places.push_back(i);
    std::vector<std::size_t> targets = places;
    random.shuffle(targets);
    for (std::size_t i = 0; i < places.size(); ++i) answered[targets[i]] = asked[places[i]];
  } else {
    std::stable_sort(answered.begin(), answered.end(), [](const std::string& a, const std::string& b) {
      return a.substr(0, a.find('/')) < b.substr(0, b.find('/'));
    });
  }
  double in_place = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) in_place += answered[i] == asked[i];
  return in_place / static_cast<double>(asked.size());
}

/// Hops on the cube: of lookups at random, and in batches by volume and book.
struct Hops {
  double random = 0;         ///< per lookup
  double setup = 0;          ///< per group
  double within = 0;         ///< per lookup
  double within_volume = 0;  ///< per lookup, if a group were a whole volume
};

Hops count_hops(const Shape& cube, int requester, const Ids& ids) {
  Hops hops;
  const int chapter = cube.coordinate_of(requester, 2);
  std::set<std::pair<int, int>> groups;
  for (const std::uint64_t id : ids) {
    const sparse::SparseCoordinate coordinate = sparse::base100_coordinate(id);
    const int owner = sparse::owner_chip(coordinate, cube);
    Coordinates at = cube.coordinates_of(owner);
    at[2] = chapter;
    const int leader = cube.index_of(at);
    at[1] = cube.coordinate_of(requester, 1);
    const int of_volume = cube.index_of(at);
    hops.random += collective::torus_distance(cube, requester, owner);
    hops.within += collective::torus_distance(cube, leader, owner);
    hops.within_volume += collective::torus_distance(cube, of_volume, owner);
    if (groups.emplace(coordinate.parts[0], coordinate.parts[1]).second)
      hops.setup += collective::torus_distance(cube, requester, leader);
  }
  const double lookups = static_cast<double>(ids.size());
  return {hops.random / lookups, hops.setup / static_cast<double>(groups.size()), hops.within / lookups,
          hops.within_volume / lookups};
}

void look_up(Run& run) {
  const auto samples = run.parameter<std::size_t>("samples", 25, 101);
  const Shape cube = Machine::make({})->active_shape();
  std::vector<double> in_place, exchanged, at_random, near, setup, within, within_volume;
  Random random = run.random(1);
  for (std::size_t i = 0; i < samples; ++i) {
    double sums[7] = {};
    for (std::size_t batch = 0; batch < kBatchesOfASample; ++batch) {
      const Ids ids = draw_ids(random);
      sums[0] += share_in_place(ids, false, random);
      sums[1] += share_in_place(ids, true, random);
      const int requester = static_cast<int>(random.below(static_cast<std::uint64_t>(cube.count())));
      const Hops hops = count_hops(cube, requester, ids);
      sums[2] += hops.random, sums[3] += hops.setup, sums[4] += hops.within, sums[5] += hops.within_volume;
      // Ids of the volume and the book of the first one, asked for by a chip of both.
      Ids alike = ids;
      for (std::uint64_t& id : alike) id = ids[0] / 1'000'000 * 1'000'000 + id % 1'000'000;
      Coordinates at = cube.coordinates_of(sparse::owner_chip(sparse::base100_coordinate(ids[0]), cube));
      at[2] = cube.coordinate_of(requester, 2);
      sums[6] += count_hops(cube, cube.index_of(at), alike).random;
    }
    std::vector<double>* const series[] = {&in_place, &exchanged, &at_random, &setup, &within, &within_volume, &near};
    for (std::size_t k = 0; k < 7; ++k) series[k]->push_back(sums[k] / double(kBatchesOfASample));
  }
  const auto record = [&](const std::string& key, std::vector<double> values, const char* unit,
                          const std::string& what) {
    Estimate estimate = estimate_median(std::move(values));
    estimate.method =
        what + fmt::format("; median of {} means over {} batches of {} random ids", samples, kBatchesOfASample, kBatch);
    run.simulated(key, estimate, unit);
  };
  record("source.lookup_in_place", in_place, "fraction", "answers at the place of their id, sorted as the source does");
  record("source.lookup_in_place.control", exchanged, "fraction",
         "answers at the place of their id, about half of them exchanged");
  record("source.random_lookup_hops", at_random, "hops", "links from requester to owner, 16x16x16 torus");
  record("source.random_lookup_hops.control", near, "hops",
         "ids of one volume and one book, asked for by a chip of both");
  record("source.batch_legs.1", setup, "hops", "links from the requester to a group's chip in its own chapter");
  record("source.batch_legs.2", within, "hops", "links from there to the owner");
  record("source.batch_legs.control", within_volume, "hops", "the second leg, if a group were a whole volume");
}

// ---- hit rates

enum class Pattern { sequential, random, one_a_line };

double hit_rate(std::uint64_t bytes, Pattern pattern, int passes, Random random) {
  vtpu::analysis::Cache cache({"L1", 32 << 10, 8, 64});
  const std::uint64_t step = pattern == Pattern::one_a_line ? 64 : 8;
  const std::uint64_t elements = bytes / step;
  vtpu::analysis::CacheCounters before;
  for (int pass = 0; pass <= passes; ++pass) {
    if (pass == 1) before = cache.counters();
    for (std::uint64_t i = 0; i < elements; ++i)
      cache.access((pattern == Pattern::random ? random.below(elements) : i) * step / 64, false);
  }
  const vtpu::analysis::CacheCounters& after = cache.counters();
  return static_cast<double>(after.hits - before.hits) / static_cast<double>(after.accesses() - before.accesses());
}

void count_hits(Run& run) {
  const int passes = run.parameter("passes", 2);
  Table& table = run.table("access_rates", {{"working_set", "B", Source::computed},
                                            {"sequential_hits", "1", Source::simulated},
                                            {"random_misses", "1", Source::simulated}});
  const std::string model = "cache of 32 KiB, 8 ways, LRU, lines of 64 bytes, no prefetching; elements of 8 bytes";
  constexpr std::uint64_t kControl = 1 << 20;
  for (std::uint64_t bytes = 16 << 10; bytes <= 16 << 20; bytes *= 2) {
    const double sequential = hit_rate(bytes, Pattern::sequential, passes, run.random(2));
    const double misses = 1 - hit_rate(bytes, Pattern::random, passes, run.random(3).fork(bytes));
    const std::string set = fmt::format("{:05}K", bytes >> 10);
    run.simulated("source.l1_sequential_hit_rate." + set, sequential, "fraction", model);
    run.simulated("source.l1_random_miss_rate." + set, misses, "fraction", model);
    table.add({double(bytes), sequential, misses});
  }
  run.simulated("source.l1_sequential_hit_rate.control", hit_rate(kControl, Pattern::one_a_line, passes, run.random(2)),
                "fraction", "one element a line, 1 MiB; " + model);
  run.simulated("source.l1_random_miss_rate.control",
                1 - hit_rate(kControl, Pattern::sequential, passes, run.random(2)), "fraction",
                "in sequence, 1 MiB; " + model);
}

Result<void> work_through(Run& run) {
  if (auto done = describe_the_scheme(run); !done) return done;
  if (auto done = send_along_routes(run); !done) return done;
  map_the_example(run);
  look_up(run);
  count_hits(run);
  return {};
}

const Experiment kExperiment{
    .name = "source-examples",
    .question = "Do the worked examples of the source documents give what the documents print?",
    .claims = {"net.dims", "net.torus2d.dims", "net.racks", "net.links.optical", "net.route.bandwidth",
               "net.rounds.hops", "net.batch.random", "net.batch.legs", "sparse.example", "sparse.order", "mem.l1.seq",
               "mem.l1.rand"},
    .inputs = {},
    .quick_seconds = 2,
    .full_seconds = 5,
    .run = work_through};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
