// Asks what the switch states that a search found are worth for a uniform all-to-all, and what they cost.
//
// The states are data/states/uniform-<slice>.ocs. Some of their circuits join like faces: two + ports or two - ports of
// one dimension. The tori of TPU v4 have no such circuits, and whether its switches can form them is not published, so
// uniform-<slice>-opposite.ocs has a state without them for each slice, found by a search of as many steps. All blocks
// of a state look alike, so that one block suffices to evaluate it: hops exactly, and throughput as the fluid optimum
// over all paths with a certificate (a split that reaches it, and a dual bound over all splits). Rates are in link
// bandwidths per chip, including a chip's own share; half-way ties are split evenly. Each state is compared with the
// regular torus and, where the shape has one, the twisted torus, evaluated by the same method; with an upper bound on
// every switch state, symmetric or not (a Moore bound from the tree of blocks); and, for two blocks, with the published
// TONS topology (network_claims.csv; NW-073: hops between different chips, NW-077: flow per pair). Cost: the distance
// between the racks of joined blocks, which matters where links are wired without switches (one block per rack, eight
// racks per row); and the number of switches that stay as the torus sets them. Finally, the searches that found the
// smallest states run again; their seeds are part of the recipe and independent of the run's seed.
//
// Parameters: certificate gap 1 % (quick) or 0.1 % (full); searches run again: one of each kind (quick), or five with
// like faces and three without (full). Claims: learn.state4096, learn.tons. Controls: the search with zero steps; a
// smaller slice. Outputs: keys learn.states.*; tables learned_states, learned_faces, learned_switches.
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "vtpu/search/cover_bound.h"
#include "vtpu/search/lifted_flow.h"
#include "vtpu/search/mean_distance.h"
#include "vtpu/search/recipes.h"
#include "vtpu/search/symmetric_state.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/ocs/state_file.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::search;
using vtpu::Result;
using Source = Column::Source;

constexpr const char* kFacts = "data/published/network_claims.csv";
const vtpu::net::Shape kClaimed{16, 16, 16};

/// The distance in racks along and across rows, averaged over the optical links of a state.
double rack_distance(const SymmetricState& state) {
  constexpr int kRow = 8;
  const auto apart = [](int a, int b) { return std::abs(a % kRow - b % kRow) + std::abs(a / kRow - b / kRow); };
  double sum = 0;
  for (const vtpu::net::Ocs ocs : state.translation.indices())
    for (int block = 0; block < state.blocks(); ++block) {
      const int plus = apart(block, state.group.times(block, state.translation[ocs]));
      const bool mirrored = state.mirrored(ocs);
      // In a mirrored switch each face has half as many links as a straight switch has in all.
      sum += mirrored ? 0.5 * (plus + apart(block, state.group.times(block, state.mirror[ocs]))) : plus;
    }
  return sum / state.translation.size() / state.blocks();
}

int switches_alike(const vtpu::net::ocs::StateOfSlice& a, const vtpu::net::ocs::StateOfSlice& b) {
  const vtpu::net::ocs::OcsLayout& layout = a.state.layout();
  int alike = 0;
  for (const vtpu::net::Ocs ocs : vtpu::index_range<vtpu::net::Ocs>(layout.ocs_count())) {
    bool same = true;
    for (const vtpu::net::OcsPort port : vtpu::index_range<vtpu::net::OcsPort>(layout.ports_per_ocs()))
      same = same && a.state.peer(ocs, port) == b.state.peer(ocs, port);
    alike += same;
  }
  return alike;
}

struct Tables {
  Table& states;
  Table& faces;
  Table& switches;
  double least_opposite_share = 1;  // over all slices
};

Result<void> evaluate(Run& run, const vtpu::net::Shape& shape, double gap, Tables& tables) {
  const std::string name = to_string(shape);
  const Result<SymmetricState> state = read_symmetric_state(run.input_path(shipped_state_file(shape)));
  const Result<SymmetricState> opposite =
      read_symmetric_state(run.input_path(shipped_state_file(shape, Circuits::opposite)));
  if (!state) return state.error();
  if (!opposite) return opposite.error();
  const Result<SymmetricState> torus = torus_state(shape), twisted = twisted_torus_state(shape);
  if (!torus) return torus.error();
  const FlowOptions options{.gap = gap, .iterations = 1000, .keep_split = false};
  const LiftedGraph graph = lifted(*state);
  const Result<LiftedFlow> flow = balanced_flow(graph, options), of_torus = balanced_flow(lifted(*torus), options);
  const Result<LiftedFlow> of_opposite = balanced_flow(lifted(*opposite), options);
  if (!flow) return flow.error();
  if (!of_opposite) return of_opposite.error();
  if (!of_torus) return of_torus.error();
  MeanDistance distance;
  const vtpu::net::topology::DistanceDistribution hops = distance.distribution(graph);
  const double limit = cover_bound(shape.count());
  const std::string key = "learn.states.", method = name + "; uniform all-to-all, fluid optimum over all paths";
  run.computed(key + "throughput." + name, flow->throughput, "link bandwidths", method);
  run.computed(key + "dual_bound." + name, flow->dual_bound, "link bandwidths", method);
  run.computed(key + "gain_torus." + name, flow->throughput / of_torus->throughput, "x", method);
  run.computed(key + "limit." + name, limit, "link bandwidths", "upper bound on every state of the switches");
  run.computed(key + "limit_share." + name, flow->throughput / limit, "1", method);
  run.computed(key + "mean." + name, hops.average_excluding_self(), "hops", "excluding self");
  const std::string without = method + ", no circuits between like faces";
  const vtpu::net::ocs::OcsState circuits = circuits_of(*state).state;
  const int like = like_face_circuits(circuits), all = static_cast<int>(circuits.circuits().size());
  run.computed(key + "circuits." + name, all, "circuits", "of the shipped state");
  run.computed(key + "like_face_circuits." + name, like, "circuits",
               "of the shipped state: two + ports or two - ports of one dimension");
  run.computed(key + "opposite.like_face_circuits." + name, like_face_circuits(circuits_of(*opposite).state),
               "circuits", "of the shipped state of opposite faces");
  run.computed(key + "opposite.throughput." + name, of_opposite->throughput, "link bandwidths", without);
  run.computed(key + "opposite.dual_bound." + name, of_opposite->dual_bound, "link bandwidths", without);
  run.computed(key + "opposite.gain_torus." + name, of_opposite->throughput / of_torus->throughput, "x", without);
  run.computed(key + "opposite.limit_share." + name, of_opposite->throughput / limit, "1", without);
  tables.least_opposite_share = std::min(tables.least_opposite_share, of_opposite->throughput / flow->throughput);
  run.computed(key + "opposite.share." + name, of_opposite->throughput / flow->throughput, "1",
               "throughput over that with like faces");
  std::vector<Cell> twisted_cells = {std::string(), std::string()};
  Cell opposite_over_twisted = std::string();
  if (twisted) {
    const Result<LiftedFlow> of_twisted = balanced_flow(lifted(*twisted), options);
    if (!of_twisted) return of_twisted.error();
    run.computed(key + "gain_twisted." + name, flow->throughput / of_twisted->throughput, "x", method);
    run.computed(key + "opposite.gain_twisted." + name, of_opposite->throughput / of_twisted->throughput, "x", without);
    twisted_cells = {of_twisted->throughput, flow->throughput / of_twisted->throughput};
    opposite_over_twisted = of_opposite->throughput / of_twisted->throughput;
  }
  if (shape.count() == 128) {
    const Result<double> tons_hops = run.published(kFacts, "NW-073"), tons_flow = run.published(kFacts, "NW-077");
    if (!tons_hops) return tons_hops.error();
    if (!tons_flow) return tons_flow.error();
    run.computed(key + "tons_flow", flow->throughput / (*tons_flow * shape.count()), "x",
                 "flow over the published flow");
    run.computed(key + "tons_flow.control", of_torus->throughput / (*tons_flow * shape.count()), "x",
                 "flow of the torus over the published flow");
    run.computed(key + "opposite.tons_flow", of_opposite->throughput / (*tons_flow * shape.count()), "x",
                 "flow over the published flow, no circuits between like faces");
    run.computed(key + "tons_hops", hops.average_excluding_self() / *tons_hops, "x",
                 "mean hops over the published mean");
    run.computed(key + "largest_load", shape.count() / flow->throughput, "routes",
                 "routes over the most loaded channel; a pair split over routes counts by its shares");
  }
  if (shape == kClaimed) {
    run.computed(key + "gain_torus_limit." + name, limit / of_torus->throughput, "x",
                 "upper bound on every state over the torus");
  }
  const int kept = switches_alike(circuits_of(*state), circuits_of(*torus));
  tables.faces.add({name, double(all), double(like), flow->throughput, of_opposite->throughput, of_opposite->dual_bound,
                    flow->throughput / of_torus->throughput, of_opposite->throughput / of_torus->throughput,
                    twisted_cells[1], opposite_over_twisted});
  tables.states.add({name, double(shape.count()), hops.average_including_self(), double(hops.diameter()),
                     of_torus->throughput, twisted_cells[0], flow->throughput, flow->dual_bound, limit,
                     flow->throughput / of_torus->throughput, twisted_cells[1], rack_distance(*torus),
                     rack_distance(*state), double(kept)});
  for (const vtpu::net::Ocs ocs : state->translation.indices()) {
    const int at = ocs.value();
    tables.switches.add({name, double(at / 16), double(at % 16 / 4), double(at % 4), double(state->translation[ocs]),
                         state->mirrored(ocs) ? "mirrored" : "straight"});
  }
  return {};
}

/// Runs the recipe's own restart again. With zero steps the result is the restart's random start.
Result<void> find_again(Run& run, const vtpu::net::Shape& shape, Circuits circuits) {
  Result<Recipe> recipe = recipe_of(shape, circuits);
  if (!recipe) return recipe.error();
  const Result<SymmetricState> shipped = read_symmetric_state(run.input_path(shipped_state_file(shape, circuits)));
  if (!shipped) return shipped.error();
  const Result<Found> found = restart(recipe->plan, recipe->restart);
  if (!found) return found.error();
  recipe->plan.anneal.steps = 0;
  const Result<Found> start = restart(recipe->plan, recipe->restart);
  if (!start) return start.error();
  const std::string name = to_string(shape);
  const std::string key = circuits == Circuits::opposite ? "learn.states.opposite." : "learn.states.";
  const auto is_shipped = [&](const Found& one) {
    return circuits_of(one.state).state == circuits_of(*shipped).state ? 1.0 : 0.0;
  };
  run.computed(key + "found_again." + name, is_shipped(*found), "bool",
               "the search with its recorded seed gives the shipped state");
  run.computed(key + "found_again." + name + ".control", is_shipped(*start), "bool", "the same with zero steps");
  run.computed(key + "start." + name, start->throughput, "link bandwidths", "the random start of that search");
  return {};
}

Result<void> study(Run& run) {
  const double gap = run.parameter("gap", 0.01, 0.001);
  const int again = run.parameter("searches_again", 1, 5);
  const int opposite_again = run.parameter("opposite_searches_again", 1, 3);
  Table& states = run.table("learned_states", {{"slice", "", Source::label},
                                               {"chips", "chips", Source::computed},
                                               {"mean", "hops", Source::computed},
                                               {"diameter", "hops", Source::computed},
                                               {"torus", "link bandwidths", Source::computed},
                                               {"twisted", "link bandwidths", Source::computed},
                                               {"learned", "link bandwidths", Source::computed},
                                               {"dual_bound", "link bandwidths", Source::computed},
                                               {"limit", "link bandwidths", Source::computed},
                                               {"gain_torus", "x", Source::computed},
                                               {"gain_twisted", "x", Source::computed},
                                               {"racks_torus", "racks", Source::computed},
                                               {"racks_learned", "racks", Source::computed},
                                               {"switches_kept", "switches", Source::computed}});
  Table& faces = run.table("learned_faces", {{"slice", "", Source::label},
                                             {"circuits", "circuits", Source::computed},
                                             {"like_face_circuits", "circuits", Source::computed},
                                             {"any", "link bandwidths", Source::computed},
                                             {"opposite", "link bandwidths", Source::computed},
                                             {"opposite_dual_bound", "link bandwidths", Source::computed},
                                             {"gain_torus", "x", Source::computed},
                                             {"opposite_gain_torus", "x", Source::computed},
                                             {"gain_twisted", "x", Source::computed},
                                             {"opposite_gain_twisted", "x", Source::computed}});
  Table& switches = run.table("learned_switches", {{"slice", "", Source::label},
                                                   {"dimension", "1", Source::computed},
                                                   {"row", "1", Source::computed},
                                                   {"column", "1", Source::computed},
                                                   {"block", "1", Source::computed},
                                                   {"kind", "", Source::label}});
  Tables tables{states, faces, switches};
  const std::vector<vtpu::net::Shape> shapes = shapes_with_recipes();
  Progress progress("learned-states", shapes.size());
  int done = 0;
  for (const vtpu::net::Shape& shape : shapes) {
    if (const Result<void> evaluated = evaluate(run, shape, gap, tables); !evaluated) return evaluated;
    if (done < again)
      if (const Result<void> found = find_again(run, shape, Circuits::any); !found) return found;
    if (done++ < opposite_again)
      if (const Result<void> found = find_again(run, shape, Circuits::opposite); !found) return found;
    progress.step(to_string(shape));
  }
  run.computed("learn.states.opposite.least_share", tables.least_opposite_share, "1",
               "least throughput over that with like faces, of all slices");
  return {};
}

std::vector<std::string> inputs() {
  std::vector<std::string> files = {kFacts};
  for (const vtpu::net::Shape& shape : shapes_with_recipes())
    for (const Circuits circuits : {Circuits::any, Circuits::opposite})
      files.push_back(shipped_state_file(shape, circuits));
  return files;
}

const Experiment kExperiment{
    .name = "learned-states",
    .question = "What are the states that a search found worth for all-to-all, and what do they cost?",
    .claims = {"learn.state4096", "learn.tons"},
    .inputs = inputs(),
    .quick_seconds = 12,
    .full_seconds = 260,
    .run = study};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
