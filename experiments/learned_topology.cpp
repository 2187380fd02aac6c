// Asks whether learned coordinates beat the hand-made twisted torus: where should the ranks of a job be placed, and how
// should the switches be set for it?
//
// Workloads are demand matrices of one step (search/workloads.h): uniform all-to-all; all-reduce among the neighbours
// of a logical torus; half of each; GPT-3 as partitioned in the published search (topology_search.csv) with 16 stages,
// replicas, and tensors over 1 x 8 (best found, TS-007) or with 8 stages and tensors over 8 x 8 (the expert's choice,
// TS-005); DLRM with the published sensitivity model (sparsecore.csv, SC-020 and following rows); random permutations
// (mean of several). On fewer than 512 chips, GPT-3 keeps its tensor part and has fewer replicas, then fewer stages.
//
// By hand: the best of 24 placements (axes in every order, with and without reversal) on the twisted torus, or on the
// better of the regular tori where there is no twisted one (512 chips). The same by hand on the regular torus is a
// second baseline. Learned, on the same torus: 64 coordinates per rank, trained by gradient and assigned to chips
// (gradient); the same followed by swaps of ranks (refined); seats shared by all groups of 8 ranks (tied); and a joint
// search over the translations of the 48 switches and the placement (state). The best of these is `learned`. The cost
// of a step is the load in bytes of its most loaded channel under shortest paths weighted for that very traffic, with a
// dual bound. The gain is the cost on the hand-made torus over the learned cost, so 1.0 means no gain. The winners for
// GPT-3 run again as fluid flows and as packets of 4 KiB on the weighted tables (virtual channels: four times the
// classes that the tables need). The workload and partition that count were fixed before any result was known.
//
// Claim: learn.gain (keys learn.gain_gpt3.<chips>: GPT-3 by the partition TS-007). Control: random coordinates,
// assigned in the same way. Outputs: keys learn.gain_*, learn.placement.*; tables learned_gain, learned_transfer (how
// the state and placement learned for one workload do on another, 128 chips).
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/csv.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/routing/balanced_split.h"
#include "vtpu/search/placement/rank_coordinates.h"
#include "vtpu/search/placement/state_search.h"
#include "vtpu/search/placement/tied.h"
#include "vtpu/search/workloads.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::search;
using vtpu::Error;
using vtpu::Random;
using vtpu::Result;
namespace net = vtpu::net;
using Source = Column::Source;

constexpr const char* kPartitions = "data/published/topology_search.csv";
constexpr const char* kSensitivity = "data/published/sparsecore.csv";
constexpr int kGroup = 8;              // ranks per tied group: a row of every shape, a tensor group of TS-007
constexpr double kMessageBytes = 4e6;  // sent by the busiest rank in simulations

/// How much work each search does.
struct Effort {
  int chip_steps, rank_steps, swaps, tied_starts, tied_changes, rounds, state_changes, iterations;
};

struct Case {
  std::vector<net::Shape> shapes;  ///< tori for placements by hand
  Effort effort;
};

const Case kQuick = {{{4, 4, 8}}, {60, 30, 3000, 3, 300, 1, 15, 30}};
const Case kFull[] = {{{{4, 4, 8}}, {200, 150, 60'000, 100, 3000, 2, 200, 150}},
                      {{{4, 8, 8}}, {100, 60, 40'000, 20, 1200, 1, 120, 80}},
                      {{{8, 8, 8}, {4, 8, 16}}, {40, 25, 30'000, 8, 800, 1, 40, 40}}};

/// A state with its network and shortest paths, which many evaluations share.
struct Machine {
  explicit Machine(SymmetricState switches)
      : state(std::move(switches)), network(network_of(state)), ways(ways_on(network)) {}
  static EvenPaths ways_on(const net::Network& network) {
    Result<EvenPaths> ways = EvenPaths::make(network);
    VTPU_CHECK(ways.ok(), "a state connects all its chips");
    return *std::move(ways);
  }
  SymmetricState state;
  net::Network network;
  EvenPaths ways;
};

/// The best placement by hand: lowest even cost, then fewest hops.
Placement by_hand(const Machine& machine, const StepTraffic& traffic) {
  Placement best;
  std::pair<double, double> least;
  for (Placement& placement : hand_placements(machine.state.shape)) {
    const StepCost cost = even_cost(machine.ways, traffic, placement);
    const std::pair<double, double> key{cost.even_bytes * (1 + 1e-9 * cost.mean_hops), cost.mean_hops};
    if (best.empty() || key < least) {
      best = std::move(placement);
      least = key;
    }
  }
  return best;
}

struct Costed {
  PlacedState placed;
  StepCost cost;
};

Result<Costed> costed(const Machine& machine, const StepTraffic& traffic, Placement placement, int iterations) {
  const Result<StepCost> cost = step_cost(machine.network, machine.ways, traffic, placement, 0.005, iterations);
  if (!cost) return cost.error();
  return Costed{{machine.state, std::move(placement)}, *cost};
}

/// The results for one workload on one number of chips.
struct Outcome {
  StepTraffic traffic;
  std::optional<Costed> hand, regular, random, random_refined, gradient, refined, tied, state;
  const Costed& learned() const {
    const Costed* best = &*gradient;
    for (const std::optional<Costed>* other : {&refined, &tied, &state})
      if (*other && (**other).cost.balanced_bytes < best->cost.balanced_bytes) best = &**other;
    return *best;
  }
  double gain(const std::optional<Costed>& of) const {
    return of ? hand->cost.balanced_bytes / of->cost.balanced_bytes : 0;
  }
  double gain() const { return hand->cost.balanced_bytes / learned().cost.balanced_bytes; }
};

Result<Outcome> learn_for(const Case& size, const StepTraffic& traffic, const Random& seeds) {
  Outcome outcome{traffic, {}, {}, {}, {}, {}, {}, {}, {}};
  const Effort& effort = size.effort;
  std::optional<Machine> torus;
  for (const net::Shape& shape : size.shapes) {
    Result<SymmetricState> state = twisted_torus_state(shape);
    if (!state) state = torus_state(shape);
    if (!state) return state.error();
    Machine machine(*std::move(state));
    Result<Costed> hand = costed(machine, traffic, by_hand(machine, traffic), effort.iterations);
    if (!hand) return hand.error();
    if (outcome.hand && outcome.hand->cost.balanced_bytes <= hand->cost.balanced_bytes) continue;
    outcome.hand = *std::move(hand);
    torus.emplace(std::move(machine));
  }
  if (const Result<SymmetricState> regular = torus_state(size.shapes[0]);
      regular && regular->translation != torus->state.translation && size.shapes.size() == 1) {
    const Machine machine(*regular);
    Result<Costed> hand = costed(machine, traffic, by_hand(machine, traffic), effort.iterations);
    if (!hand) return hand.error();
    outcome.regular = *std::move(hand);
  }
  const Coordinates chips = chip_coordinates(torus->ways, effort.chip_steps, seeds.fork(1));
  const EvenPaths::Uses uses(torus->ways);
  const auto judge = [&](Placement placement, std::optional<Costed>& into) -> Result<void> {
    Result<Costed> cost = costed(*torus, traffic, std::move(placement), effort.iterations);
    if (!cost) return cost.error();
    into = *std::move(cost);
    return {};
  };
  Refinement refinement;
  refinement.swaps = effort.swaps;
  const auto swapped = [&](const Placement& placement) {
    return vtpu::search::refined(torus->ways, uses, traffic, placement, refinement, seeds.fork(2));
  };
  const Placement random = nearest_chips(Coordinates::random(chips.rows(), 1, seeds.fork(3)), chips);
  if (Result<void> done = judge(random, outcome.random); !done) return done.error();
  if (Result<void> done = judge(swapped(random), outcome.random_refined); !done) return done.error();

  Training training;
  training.steps = effort.rank_steps;
  // Uniform traffic costs the same under every placement, so that training has no gradient.
  const Placement trained =
      traffic.pairs.empty()
          ? outcome.hand->placed.placement
          : nearest_chips(rank_coordinates(torus->ways, traffic, chips, training, seeds.fork(4)), chips);
  if (Result<void> done = judge(trained, outcome.gradient); !done) return done.error();
  if (Result<void> done = judge(swapped(trained), outcome.refined); !done) return done.error();

  if (!traffic.pairs.empty()) {
    TiedSearch search;
    search.starts = effort.tied_starts;
    search.changes = effort.tied_changes;
    // The weighted paths decide: a short balancing run on all candidates, a long one on the best.
    std::optional<Costed> best;
    for (const TiedPlacement& one :
         vtpu::search::tied(uses, torus->ways, traffic, translations_of(torus->state), kGroup, search, seeds.fork(5))) {
      Result<Costed> quick = costed(*torus, traffic, one.placement(), 20);
      if (!quick) return quick.error();
      if (!best || quick->cost.balanced_bytes < best->cost.balanced_bytes) best = *std::move(quick);
    }
    if (best)
      if (Result<void> done = judge(best->placed.placement, outcome.tied); !done) return done.error();
  }

  StateSearch search;
  search.rounds = effort.rounds;
  search.changes = effort.state_changes;
  search.refinement = refinement;
  const Placement& start = outcome.hand->cost.even_bytes <= outcome.learned().cost.even_bytes
                               ? outcome.hand->placed.placement
                               : outcome.learned().placed.placement;
  PlacedState found = searched({torus->state, start}, traffic, search, seeds.fork(6));
  const Machine machine(found.state);
  Result<Costed> state = costed(machine, traffic, std::move(found.placement), effort.iterations);
  if (!state) return state.error();
  outcome.state = *std::move(state);
  return outcome;
}

/// The value of a part in a row's condition, such as "model2=8".
Result<int> part_of(const vtpu::Csv& csv, const std::string& id, const std::string& key) {
  const Result<std::size_t> ids = csv.column("id"), conditions = csv.column("condition");
  if (!ids) return ids.error();
  if (!conditions) return conditions.error();
  for (const vtpu::Csv::Row& row : csv.rows) {
    const std::string& text = row.cells[*conditions];
    const std::size_t found = text.find(key + "=");
    if (row.cells[*ids] == id && found != std::string::npos) return std::stoi(text.substr(found + key.size() + 1));
  }
  return Error{csv.name, "no " + key + " of " + id, ""};
}

/// GPT-3 by a published partition of 512 chips, reduced to `chips`: replicas are reduced first, then stages.
Result<StepTraffic> gpt3(const vtpu::Csv& partitions, const std::string& id, int chips, const std::string& name) {
  int parts[4];
  const char* const keys[] = {"pipeline", "data", "model1", "model2"};
  for (std::size_t i = 0; i < 4; ++i) {
    const Result<int> part = part_of(partitions, id, keys[i]);
    if (!part) return part.error();
    parts[i] = *part;
  }
  Partition partition{parts[0], parts[1], parts[2], parts[3]};
  while (partition.ranks() > chips) (partition.data > 1 ? partition.data : partition.pipeline) /= 2;
  if (partition.ranks() != chips)
    return Error{id, fmt::format("{} ranks", partition.ranks()), "as many ranks as chips"};
  return transformer_step({}, partition, name);
}

Result<std::vector<StepTraffic>> workloads(const Run& run, const Case& size, int permutations) {
  const net::Shape& grid = size.shapes[0];
  const Result<vtpu::Csv> partitions = run.input_csv(kPartitions);
  if (!partitions) return partitions.error();
  Recommender recommender;
  const Result<double> dense = run.published(kSensitivity, "SC-020"), features = run.published(kSensitivity, "SC-022");
  if (!dense) return dense.error();
  if (!features) return features.error();
  recommender.dense_parameters = *dense;
  recommender.features = static_cast<int>(*features);
  std::vector<StepTraffic> all;
  const Result<StepTraffic> best = gpt3(*partitions, "TS-007", grid.count(), "gpt3");
  if (!best) return best.error();
  const Result<StepTraffic> expert = gpt3(*partitions, "TS-005", grid.count(), "gpt3-expert");
  if (!expert) return expert.error();
  all = {*best, *expert, recommender_step(recommender, grid)};
  const std::pair<const char*, double> mixes[] = {{"uniform", 1}, {"half-half", 0.5}, {"all-reduce", 0}};
  for (const auto& [name, share] : mixes) {
    Result<StepTraffic> mix = mixed_step(grid, share);
    if (!mix) return mix.error();
    mix->name = name;
    all.push_back(*std::move(mix));
  }
  for (int i = 0; i < permutations; ++i)
    all.push_back(permutation_step(grid.count(), run.random(100 + static_cast<std::uint64_t>(i))));
  return all;
}

/// Runs items 0..count-1 on two threads. No item's result depends on another item.
void in_two_threads(int count, const std::function<void(int)>& work) {
  std::atomic<int> next = 0;
  const auto worker = [&] {
    for (int i = next++; i < count; i = next++) work(i);
  };
  std::thread other(worker);
  worker();
  other.join();
}

struct Simulated {
  double flow_ns = 0, packet_ns = 0;
  int classes = 0;
};

/// Simulates the step's messages, scaled down and all sent at once.
Result<Simulated> simulated(const Costed& winner, const StepTraffic& traffic, int iterations) {
  const net::Network network = network_of(winner.placed.state);
  const Result<net::workload::Traffic> between = placed(traffic, winner.placed.placement);
  if (!between) return between.error();
  const Result<net::routing::BalancedSplit> split = net::routing::balanced_split(network, *between, 0.005, iterations);
  if (!split) return split.error();
  net::workload::Workload messages(traffic.name);
  for (const net::workload::Demand& demand : traffic.pairs)
    messages.add({winner.placed.placement[static_cast<std::size_t>(demand.source.value())],
                  winner.placed.placement[static_cast<std::size_t>(demand.destination.value())],
                  static_cast<std::uint64_t>(demand.weight / traffic.most_bytes() * kMessageBytes) + 1});
  const Result<net::workload::Completion> flow = net::flow::run_flows(network, split->routing, messages);
  if (!flow) return flow.error();
  net::packet::Config config;
  config.vcs = 4 * split->routing.vc_classes();
  const Result<net::workload::Completion> packets = net::packet::run_packets(network, split->routing, messages, config);
  if (!packets) return packets.error();
  return Simulated{flow->time_ns, packets->time_ns, split->routing.vc_classes()};
}

/// Lower bound on the load of the busiest channel over all placements of a ring and all weights of shortest paths.
/// Either two neighbours are one hop apart and one channel carries all traffic between them, or the ring traffic takes
/// at least two hops each, spread over all channels. Holds for traffic whose largest demands are all equal, on networks
/// without parallel links.
double ring_bound(const StepTraffic& traffic, int channels) {
  double largest = 0, of_rings = 0, rest = 0;
  for (const net::workload::Demand& demand : traffic.pairs) largest = std::max(largest, demand.weight);
  for (const net::workload::Demand& demand : traffic.pairs)
    (demand.weight > largest * (1 - 1e-9) ? of_rings : rest) += demand.weight;
  return std::min(largest, (2 * of_rings + rest) / channels);
}

Result<void> transfer(Run& run, const std::vector<const Outcome*>& outcomes, int iterations) {
  const int count = static_cast<int>(outcomes.size());
  struct Gains {
    double as_is = 0, by_hand = 0;
  };
  std::vector<Result<Gains>> gains(static_cast<std::size_t>(count * count), Result<Gains>(Gains{}));
  std::vector<Machine> machines;
  for (const Outcome* outcome : outcomes) machines.emplace_back(outcome->learned().placed.state);
  in_two_threads(count * count, [&](int item) {
    const Outcome& from = *outcomes[static_cast<std::size_t>(item / count)];
    const Outcome& to = *outcomes[static_cast<std::size_t>(item % count)];
    const Machine& machine = machines[static_cast<std::size_t>(item / count)];
    const Result<Costed> as_is = costed(machine, to.traffic, from.learned().placed.placement, iterations);
    const Result<Costed> hand = costed(machine, to.traffic, by_hand(machine, to.traffic), iterations);
    const double baseline = to.hand->cost.balanced_bytes;
    auto& into = gains[static_cast<std::size_t>(item)];
    if (!as_is)
      into = as_is.error();
    else if (!hand)
      into = hand.error();
    else
      into = Gains{baseline / as_is->cost.balanced_bytes, baseline / hand->cost.balanced_bytes};
  });
  Table& table = run.table("learned_transfer", {{"learned_for", "", Source::label},
                                                {"used_for", "", Source::label},
                                                {"gain", "x", Source::computed},
                                                {"gain_by_hand", "x", Source::computed}});
  for (int item = 0; item < count * count; ++item) {
    const auto& gain = gains[static_cast<std::size_t>(item)];
    if (!gain) return gain.error();
    table.add({outcomes[static_cast<std::size_t>(item / count)]->traffic.name,
               outcomes[static_cast<std::size_t>(item % count)]->traffic.name, gain->as_is, gain->by_hand});
  }
  return {};
}

Result<void> learn(Run& run) {
  std::vector<Case> sizes(std::begin(kFull), std::end(kFull));
  if (run.quick()) sizes = {kQuick};
  const int permutations = run.parameter("permutations", 1, 3);
  run.parameter("coordinates", kCoordinates);
  run.parameter("tied_group", kGroup);
  run.parameter("recommender_samples_a_rank", Recommender{}.samples_per_rank);
  struct Job {
    const Case* size;
    StepTraffic traffic;
    Result<Outcome> outcome;
  };
  std::vector<Job> jobs;
  for (const Case& size : sizes) {
    // Balancing dense traffic on 512 chips takes most of the time, so that size skips the workloads that say least
    // about placement.
    const int chips = size.shapes[0].count();
    const Result<std::vector<StepTraffic>> all = workloads(run, size, chips > 128 ? 1 : permutations);
    if (!all) return all.error();
    for (const StepTraffic& traffic : *all)
      if (chips < 512 || traffic.name == "gpt3" || traffic.name == "gpt3-expert" || traffic.name == "uniform")
        jobs.push_back({&size, traffic, Error{traffic.name, "not run", ""}});
  }
  Progress progress("learned-topology", jobs.size());
  // The largest job comes first, so that no thread is left with it at the end.
  std::mutex one_at_a_time;
  in_two_threads(static_cast<int>(jobs.size()), [&](int item) {
    const std::size_t number = jobs.size() - 1 - static_cast<std::size_t>(item);
    Job& job = jobs[number];
    job.outcome = learn_for(*job.size, job.traffic, run.random(number));
    const std::lock_guard lock(one_at_a_time);
    progress.step(fmt::format("{}, {} chips", job.traffic.name, job.traffic.ranks));
  });

  Table& table = run.table("learned_gain", {{"workload", "", Source::label},
                                            {"chips", "chips", Source::computed},
                                            {"torus", "", Source::label},
                                            {"hand_hops", "hops", Source::computed},
                                            {"learned_hops", "hops", Source::computed},
                                            {"regular", "x", Source::computed},
                                            {"gradient", "x", Source::computed},
                                            {"refined", "x", Source::computed},
                                            {"tied", "x", Source::computed},
                                            {"state", "x", Source::computed},
                                            {"learned", "x", Source::computed},
                                            {"bound", "x", Source::computed},
                                            {"random", "x", Source::computed},
                                            {"random_refined", "x", Source::computed}});
  std::vector<const Outcome*> of_smallest;
  std::string last;
  for (Job& job : jobs) {
    if (!job.outcome) return job.outcome.error();
    const Outcome& outcome = *job.outcome;
    const int chips = outcome.traffic.ranks;
    const std::string name = outcome.traffic.name, key = fmt::format("{}.{}", name, chips);
    const auto cell = [&](const std::optional<Costed>& of) {
      return of ? Cell(outcome.gain(of)) : Cell(std::string());
    };
    table.add({name, double(chips), to_string(outcome.hand->placed.state.shape), outcome.hand->cost.mean_hops,
               outcome.learned().cost.mean_hops, cell(outcome.regular), cell(outcome.gradient), cell(outcome.refined),
               cell(outcome.tied), cell(outcome.state), outcome.gain(),
               outcome.hand->cost.balanced_bytes / outcome.learned().cost.bound_bytes, cell(outcome.random),
               cell(outcome.random_refined)});
    const bool again = name + std::to_string(chips) == last;  // another permutation of the same workload
    last = name + std::to_string(chips);
    if (chips == sizes[0].shapes[0].count() && !again) of_smallest.push_back(&outcome);
    if (again) continue;
    const std::string method =
        "load of the most loaded channel under weighted shortest paths, hand-made torus over learned";
    const std::string stem = name == "gpt3" ? fmt::format("learn.gain_gpt3.{}", chips) : "learn.placement." + key;
    if (name != "gpt3") {
      run.simulated(stem, outcome.gain(), "x", method);
      continue;
    }
    run.simulated(stem, outcome.gain(), "x", method);
    if (chips == sizes[0].shapes[0].count())
      run.simulated("learn.gain_gpt3.control", outcome.gain(outcome.random), "x", method + "; random coordinates");
    run.simulated(fmt::format("learn.placement.gpt3_random_refined.{}", chips), outcome.gain(outcome.random_refined),
                  "x", method + "; random coordinates, then swaps");
    run.simulated(fmt::format("learn.placement.gpt3_gradient.{}", chips), outcome.gain(outcome.gradient), "x",
                  method + "; trained coordinates, no swaps");
    run.computed(fmt::format("learn.placement.gpt3_bound.{}", chips),
                 outcome.hand->cost.balanced_bytes / ring_bound(outcome.traffic, chips * 6), "x",
                 "upper bound over all placements and all weights of shortest paths");
    const Result<Simulated> hand = simulated(*outcome.hand, outcome.traffic, job.size->effort.iterations);
    if (!hand) return hand.error();
    const Result<Simulated> learned = simulated(outcome.learned(), outcome.traffic, job.size->effort.iterations);
    if (!learned) return learned.error();
    run.simulated(fmt::format("learn.placement.gpt3_flow.{}", chips), hand->flow_ns / learned->flow_ns, "x",
                  "flow level, all messages at once");
    run.simulated(fmt::format("learn.placement.gpt3_packet.{}", chips), hand->packet_ns / learned->packet_ns, "x",
                  "packet level, all messages at once");
    run.computed(fmt::format("learn.placement.gpt3_vc_classes.{}", chips), learned->classes, "classes",
                 "classes of the learned state's weighted tables");
  }
  return transfer(run, of_smallest, run.quick() ? 20 : 100);
}

const Experiment kExperiment{.name = "learned-topology",
                             .question = "Do learned coordinates and switch states beat the hand-made twisted torus?",
                             .claims = {"learn.gain"},
                             .inputs = {kPartitions, kSensitivity},
                             .quick_seconds = 5,
                             .full_seconds = 240,
                             .run = learn};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
