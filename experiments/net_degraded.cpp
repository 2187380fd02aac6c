// Asks what is left of the network after chips have moved to spares, and after a link or an optical switch has gone
// dark: how much longer the paths are, and how much slower collectives are.
//
// Chip spare: a failed chip's name moves to the next chip of volume 17. Spare blocks are spliced into the rings, one
// for every 64 moves; a spare block joins all face positions of a dimension between the same two blocks (bundled) or
// each position between different blocks (spread). Chips that stay keep their torus routes, past dead chips and
// straight through spare blocks. Traffic from or to a spare takes shortest paths over all links; ties are split evenly
// over all paths. Block spare: the switches replace the failed chip's block by a spare block while there are spare
// blocks. Static: the names of failed chips are lost, and the other chips route around them. Failed chips are drawn at
// random, the same for all policies.
//
// Stretch: mean hops between names over that of the whole torus (lost names are left out). Slowdowns are the exact load
// of the most loaded channel over that of the whole torus, for all-to-all, the bucket algorithm's exchange with six
// neighbours, and a ring through all names that skips lost ones. On the small machine a bucket all-reduce also runs at
// flow level (max-min fair rates), except with lost names, for which no such schedule exists. Short cut: the same
// all-to-all if all chips took shortest paths through the spare blocks.
//
// Dark switch or link: throughput of all-to-all and of neighbour traffic that is kept, relative to the whole torus.
// Shortest paths are split evenly, or use the first port alone, or are weighted so that the most loaded channel carries
// as little as possible (up to 512 chips; no other split of shortest paths keeps more than the bound).
//
// Quick: 8x8x8 chips and one spare block. Full: also 16x16x16 chips and four spare blocks, and more draws. Claim:
// tpu.dark. Published, from hardware: throughput kept with one failed switch. Outputs: keys net.degraded.*; tables
// degraded, dark.
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/collective/to_workload.h"
#include "vtpu/net/fault/degraded.h"
#include "vtpu/net/fault/detour.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/flow/fluid.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/balanced_split.h"
#include "vtpu/net/seats.h"
#include "vtpu/net/workload/traffic.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::at;
using vtpu::Csv;
using vtpu::Random;
using vtpu::Result;
using Source = Column::Source;

constexpr const char* kFacts = "data/published/availability.csv";

enum class Policy { spread, bundled, block, fixed };
constexpr std::pair<Policy, const char*> kPolicies[] = {{Policy::spread, "chip-spare-spread"},
                                                        {Policy::bundled, "chip-spare-bundled"},
                                                        {Policy::block, "block-spare"},
                                                        {Policy::fixed, "static"}};

/// A machine after failures: the remaining topology, and the chip that holds each name.
struct Damage {
  fault::DegradedTopology topology;
  std::vector<std::optional<Chip>> chip_of;  // by name
};

/// The machine after `failed` chips failed under a policy, or none if the policy has run out of spares.
Result<std::optional<Damage>> damage(const Machine& machine, Policy policy, const std::vector<Chip>& failed) {
  const int block_chips = machine.block_shape().count();
  ocs::OcsState state = fault::whole_torus(machine);
  std::vector<std::optional<Chip>> chip_of(at(machine.active_count()));
  for (int name = 0; name < machine.active_count(); ++name) chip_of[at(name)] = Chip(name);
  if (policy == Policy::spread || policy == Policy::bundled) {
    const int spares = (static_cast<int>(failed.size()) + block_chips - 1) / block_chips;
    Result<ocs::OcsState> spliced = fault::splice_in_series(
        machine, policy == Policy::spread ? fault::SpliceRule::spread : fault::SpliceRule::bundled, spares);
    if (!spliced) return std::optional<Damage>();
    state = *std::move(spliced);
    Seats names = seats_of_names(machine);
    for (const Chip chip : failed)
      if (const auto move = fail_chip(names, chip); !move) return move.error();
    for (const Chip chip : failed)
      if (const auto unit = names.unit_of(Seat(chip.value())))
        chip_of[at(chip.value())] = Chip(unit->value());
      else
        chip_of[at(chip.value())].reset();
  } else if (policy == Policy::block) {
    std::vector<Block> hit;
    for (const Chip chip : failed) {
      const Block block = machine.block_place_of(chip).block;
      if (std::find(hit.begin(), hit.end(), block) == hit.end()) hit.push_back(block);
    }
    if (static_cast<int>(hit.size()) > machine.config().spare_blocks) return std::optional<Damage>();
    for (std::size_t i = 0; i < hit.size(); ++i) {
      const Block spare(machine.active_block_count() + static_cast<int>(i));
      const Result<ocs::Splice> splice = ocs::splice_block(state, hit[i], spare);
      if (!splice) return splice.error();
      state = splice->state;
      for (int position = 0; position < block_chips; ++position)
        chip_of[at(machine.chip_at(BlockPlace{hit[i], position}).value())] =
            machine.chip_at(BlockPlace{spare, position});
    }
  } else {
    for (const Chip chip : failed) chip_of[at(chip.value())].reset();
  }
  const fault::SpareUse use = policy == Policy::block ? fault::SpareUse::in_place : fault::SpareUse::in_series;
  fault::DegradedTopology topology(fault::MachineTopology("degraded", machine, state, use));
  for (const Chip chip : failed) topology.remove_node(chip);
  return std::optional(Damage{std::move(topology), std::move(chip_of)});
}

/// The cost of traffic patterns, as loads and hops on a network.
struct Cost {
  double hops = 0;
  double all_to_all = 0;
  double bucket = 0;
  double ring = 0;
  std::optional<double> all_reduce_ns;
};

/// `bucket`: the schedule of an all-reduce to run, or null.
Result<Cost> cost_of(const Machine& machine, const Damage& left, const collective::Schedule* bucket,
                     std::uint64_t bytes) {
  std::vector<Chip> chips;
  for (const auto& chip : left.chip_of)
    if (chip) chips.push_back(*chip);
  const bool whole = chips.size() == left.chip_of.size();
  const fault::SparedRoutes routes(left.topology);
  const auto uniform = routes.uniform_load(chips);
  Cost cost;
  cost.hops = fault::total(uniform) / static_cast<double>(chips.size() - 1);
  cost.all_to_all = fault::largest(uniform);
  cost.bucket = fault::largest(routes.load(fault::neighbour_demands(machine.active_shape(), left.chip_of)));
  cost.ring = fault::largest(routes.load(fault::ring_demands(machine.active_shape(), left.chip_of)));
  if (bucket != nullptr && whole) {
    const workload::Workload workload = collective::to_workload(*bucket, bytes, chips);
    Result<std::vector<double>> capacities = flow::channel_capacities(routes.network());
    if (!capacities) return capacities.error();
    const Result<workload::Completion> done =
        flow::run_fluid(workload, routes.paths(workload), *std::move(capacities), {});
    if (!done) return done.error();
    cost.all_reduce_ns = done->time_ns;
  }
  return cost;
}

Result<void> move_names(Run& run, const Machine& machine, const std::vector<int>& moves, int draws, bool all_reduce,
                        Table& table) {
  const std::string grid = to_string(machine.active_shape());
  constexpr std::uint64_t kBytes = 64 << 20;
  constexpr int kMostFlows = 16;  // with more, nearly every message has a different rate and runs take minutes
  std::optional<collective::Schedule> bucket;
  if (all_reduce) {
    auto schedule = collective::make_schedule(collective::Collective::all_reduce, collective::Algorithm::bucket,
                                              machine.active_shape());
    if (!schedule) return schedule.error();
    bucket = *std::move(schedule);
  }
  const collective::Schedule* schedule = bucket ? &*bucket : nullptr;
  const auto intact = damage(machine, Policy::fixed, {});
  if (!intact) return intact.error();
  const Result<Cost> before = cost_of(machine, **intact, schedule, kBytes);
  if (!before) return before.error();
  Progress progress("net-degraded " + grid, moves.size());
  for (const int count : moves) {
    for (const auto& entry : kPolicies) {
      const Policy policy = entry.first;
      const char* const name = entry.second;
      std::vector<double> stretch, all_to_all, by_bucket, by_ring, reduced;
      for (int draw = 0; draw < draws; ++draw) {
        Random random = run.random(static_cast<std::uint64_t>(draw));
        std::vector<Chip> failed;
        for (const Chip chip : vtpu::index_range<Chip>(machine.active_count())) failed.push_back(chip);
        random.shuffle(failed);  // so that the smaller sets of failures are prefixes of the larger ones
        failed.resize(at(count));
        const auto left = damage(machine, policy, failed);
        if (!left) return left.error();
        if (!*left) break;
        const Result<Cost> after =
            cost_of(machine, **left, draw == 0 && count <= kMostFlows ? schedule : nullptr, kBytes);
        if (!after) return after.error();
        stretch.push_back(after->hops / before->hops);
        all_to_all.push_back(after->all_to_all / before->all_to_all);
        by_bucket.push_back(after->bucket / before->bucket);
        by_ring.push_back(after->ring / before->ring);
        if (after->all_reduce_ns) reduced.push_back(*after->all_reduce_ns / *before->all_reduce_ns);
      }
      if (static_cast<int>(stretch.size()) < draws) continue;  // the policy ran out of spares
      const auto record = [&](const char* quantity, const std::vector<double>& values) {
        run.simulated(fmt::format("net.degraded.{}.{}.{}.k{}", quantity, grid, name, count), estimate_median(values),
                      "x");
      };
      record("stretch", stretch);
      record("alltoall", all_to_all);
      record("bucket", by_bucket);
      record("ring", by_ring);
      if (!reduced.empty()) record("allreduce", reduced);
      const double kept = policy == Policy::fixed ? 1 - double(count) / machine.active_count() : 1;
      table.add({grid, std::string(name), double(count), kept, median(stretch), median(all_to_all), median(by_bucket),
                 median(by_ring), reduced.empty() ? Cell(std::string()) : Cell(median(reduced))});
    }
    progress.step(std::to_string(count));
  }
  // All traffic on shortest paths, with every spare block in the rings and no failure.
  const auto spliced = fault::splice_in_series(machine, fault::SpliceRule::spread, machine.config().spare_blocks);
  if (!spliced) return spliced.error();
  const Network network(fault::MachineTopology("spliced", machine, *spliced));
  std::vector<Chip> chips;
  for (const auto& chip : (*intact)->chip_of) chips.push_back(*chip);
  const auto load =
      fault::shortest_path_load(network, chips, chips, 1 / static_cast<double>(chips.size()), fault::Paths::even);
  run.computed("net.degraded.shortcut.stretch." + grid, fault::pair_distances(network, chips).mean() / before->hops,
               "x", "all chips on shortest paths through all spliced spare blocks, no failure");
  run.computed("net.degraded.shortcut.alltoall." + grid, fault::largest(load) / before->all_to_all, "x",
               "the same: load of the most loaded channel over the torus's");
  return {};
}

/// A range such as "92.2 to 101.7", from a published fact that states both ends.
Result<std::string> published_range(const Run& run, const std::string& id) {
  const Result<Csv> facts = run.input_csv(kFacts);
  if (!facts) return facts.error();
  const auto ids = facts->column("id"), low = facts->column("low"), high = facts->column("high");
  if (!ids) return ids.error();
  if (!low) return low.error();
  if (!high) return high.error();
  for (const Csv::Row& row : facts->rows)
    if (row.cells[*ids] == id) return row.cells[*low] + " to " + row.cells[*high];
  return vtpu::Error{facts->name, "no row " + id, "a row that this experiment compares with"};
}

/// Records how much throughput of all-to-all and of neighbour traffic a damaged torus keeps.
Result<void> lose(Run& run, const Machine& machine, const std::string& what, const std::string& key,
                  const fault::DegradedTopology& whole, const fault::DegradedTopology& left, Table& table) {
  const std::string grid = to_string(machine.active_shape());
  std::vector<std::optional<Chip>> chip_of;
  std::vector<Chip> chips;
  for (const Chip chip : vtpu::index_range<Chip>(machine.active_count())) {
    chip_of.emplace_back(chip);
    chips.push_back(chip);
  }
  const double weight = 1 / static_cast<double>(chips.size());
  const Network before(whole), after(left);
  const std::vector<workload::Demand> neighbours = fault::neighbour_demands(machine.active_shape(), chip_of);
  const auto kept = [&](fault::Paths paths, bool to_all) {
    const auto load = [&](const Network& network, fault::Paths by) {
      return fault::largest(to_all ? fault::shortest_path_load(network, chips, chips, weight, by)
                                   : fault::shortest_path_load(network, neighbours, by));
    };
    return load(before, fault::Paths::even) / load(after, paths);
  };
  const double even = kept(fault::Paths::even, true);
  const double neighbour_even = kept(fault::Paths::even, false), neighbour_first = kept(fault::Paths::first, false);
  std::optional<double> balanced, bound;
  if (machine.active_count() <= 512 && machine.spare_count() == 0) {
    const double full = fault::largest(fault::shortest_path_load(before, chips, chips, weight, fault::Paths::even));
    const auto split =
        routing::balanced_split(after, workload::Traffic::uniform(machine.active_count(), true), 0.005, 150);
    if (!split) return split.error();
    balanced = split->throughput * full;
    bound = split->dual_bound * full;
    run.computed(fmt::format("net.degraded.{}.balanced.{}", key, grid), *balanced, "1",
                 "all-to-all throughput kept, weighted shortest paths");
  }
  const auto cell = [](const std::optional<double>& value) { return value ? Cell(*value) : Cell(std::string()); };
  run.computed(fmt::format("net.degraded.{}.even.{}", key, grid), even, "1",
               "all-to-all throughput kept, shortest paths split evenly");
  run.computed(fmt::format("net.degraded.{}.neighbour_even.{}", key, grid), neighbour_even, "1",
               "neighbour traffic kept, shortest paths split evenly");
  run.computed(fmt::format("net.degraded.{}.neighbour_first.{}", key, grid), neighbour_first, "1",
               "neighbour traffic kept, one shortest path per pair");
  const Result<std::string> all_to_all = published_range(run, "AV-044");
  if (!all_to_all) return all_to_all.error();
  const Result<double> lost = run.published(kFacts, "AV-045");
  if (!lost) return lost.error();
  const bool is_switch = key == "ocs";
  table.add({grid, what, even, cell(balanced), cell(bound), neighbour_even, neighbour_first,
             is_switch ? *all_to_all : std::string(), fmt::format("{:g}", 100 - *lost)});
  return {};
}

Result<void> lose_links(Run& run, const Shape& sides, Table& table) {
  const auto machine = Machine::make({.sides = {sides.side(0), sides.side(1), sides.side(2)}, .spare_blocks = 0});
  if (!machine) return machine.error();
  const fault::DegradedTopology whole(fault::MachineTopology("whole", *machine, fault::whole_torus(*machine)));
  // A switch of the last dimension, which has the longest rings. On a torus all positions on a face are equivalent.
  ocs::OcsState state = fault::whole_torus(*machine);
  fault::darken(state, Ocs(2 * state.layout().block_side * state.layout().block_side));
  const fault::DegradedTopology dark(fault::MachineTopology("dark", *machine, state));
  if (auto done = lose(run, *machine, "optical switch", "ocs", whole, dark, table); !done) return done;
  fault::DegradedTopology left = whole;
  left.remove_link({Chip{3}, PortNumber{4}});  // at the end of a block, in the last dimension
  return lose(run, *machine, "optical link", "link", whole, left, table);
}

Result<void> study(Run& run) {
  Table& moved = run.table("degraded", {{"torus", "", Source::label},
                                        {"policy", "", Source::label},
                                        {"failed", "chips", Source::computed},
                                        {"names_kept", "1", Source::computed},
                                        {"stretch", "x", Source::simulated},
                                        {"alltoall_slowdown", "x", Source::simulated},
                                        {"bucket_slowdown", "x", Source::simulated},
                                        {"ring_slowdown", "x", Source::simulated},
                                        {"allreduce_slowdown", "x", Source::simulated}});
  const auto small = Machine::make({.sides = {8, 8, 8}, .spare_blocks = 1});
  if (!small) return small.error();
  const int draws = run.parameter("draws_small", 2, 7);
  const std::vector<int> few = {1, 16, 64}, more = {1, 2, 4, 8, 16, 32, 64};
  if (auto done = move_names(run, *small, run.quick() ? few : more, draws, true, moved); !done) return done;
  if (!run.quick()) {
    const auto large = Machine::make({});
    if (!large) return large.error();
    if (auto done = move_names(run, *large, {1, 4, 16, 64, 256}, run.parameter("draws_large", 1, 2), false, moved);
        !done)
      return done;
  }
  Table& dark = run.table("dark", {{"torus", "", Source::label},
                                   {"lost", "", Source::label},
                                   {"even", "1", Source::computed},
                                   {"balanced", "1", Source::computed},
                                   {"bound", "1", Source::computed},
                                   {"neighbour_even", "1", Source::computed},
                                   {"neighbour_first", "1", Source::computed},
                                   {"quoted_alltoall", "%", Source::quoted},
                                   {"quoted_neighbour", "%", Source::quoted}});
  std::vector<Shape> shapes = {{4, 4, 8}};
  if (!run.quick()) shapes.insert(shapes.end(), {Shape{4, 8, 8}, Shape{8, 8, 8}, Shape{16, 16, 16}});
  for (const Shape& shape : shapes)
    if (auto done = lose_links(run, shape, dark); !done) return done;
  return {};
}

const Experiment kExperiment{.name = "net-degraded",
                             .question = "What do spares, dark links and dark switches cost in hops and in load?",
                             .claims = {"tpu.dark"},
                             .inputs = {kFacts},
                             .quick_seconds = 5,
                             .full_seconds = 45,
                             .run = study};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
