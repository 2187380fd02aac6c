// Asks whether a search that has no notion of twists finds the twisted torus.
//
// The search starts at the regular torus and looks for a switch state that carries a uniform all-to-all better; its
// objective is the mean distance alone, which bounds that rate. It runs over two families: one translation of blocks
// for all switches of a dimension, as in every torus, twisted or not (alike); and a separate translation for each
// switch, joining like faces or opposite ones (free). The criterion was fixed before the search: the twisted torus is
// *found* if the best state of the restarts has the twisted torus's distribution of distances over all pairs, and its
// throughput to within the certificates of both. Rates are in link bandwidths per chip, fluid, over all paths, with a
// dual bound; half-way ties are split evenly. The claim holds if the torus is found in the first family on both slices
// that the TPU v4 paper twists, and then only under the condition that switches of a dimension are set alike: that
// family has so few states that they could all be tried (learn.twist.space.*). The free family shows what lies beyond.
// Only the search is random; its seed is the run's.
//
// Parameters: slices 4x4x8 and 4x8x8 (full: also 8x8x16 and 8x16x16), restarts 8 (quick 4), steps. Claim: learn.twist.
// Control: the search with zero steps. Outputs: keys learn.rediscovers_twist, learn.twist.*; table learned_twist.
#include <fmt/core.h>

#include <algorithm>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/search/anneal.h"
#include "vtpu/search/lifted_flow.h"
#include "vtpu/search/mean_distance.h"
#include "vtpu/search/symmetric_state.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::search;
using vtpu::Result;
using Source = Column::Source;

constexpr double kGap = 0.005;

struct Judged {
  vtpu::net::topology::DistanceDistribution distances;
  LiftedFlow flow;
};

Result<Judged> judge(const SymmetricState& state) {
  const LiftedGraph graph = lifted(state);
  Result<LiftedFlow> flow = balanced_flow(graph, {.gap = kGap, .iterations = 200, .keep_split = false});
  if (!flow) return flow.error();
  return Judged{MeanDistance().distribution(graph), *std::move(flow)};
}

struct Family {
  const char* name;
  AnnealOptions options;
  int settings;  ///< translations that the search sets, each to an element of the group

  /// The states that the translations make. Faces of the free family may also join their like, which is not counted.
  double states(const SymmetricState& state) const { return std::pow(state.group.order(), settings); }
};

/// The best state of the restarts, and how many restarts reached it.
struct Best {
  Annealed state;
  int restarts = 0;
};

Best search(const SymmetricState& start, const AnnealOptions& options, int restarts, vtpu::Random random) {
  Best best{{start, 0}, 0};
  for (int i = 0; i < restarts; ++i) {
    Annealed found = anneal(start, options, random.next());
    if (found.bound > best.state.bound) best = {std::move(found), 0};
    if (found.bound == best.state.bound || best.restarts == 0) ++best.restarts;
  }
  return best;
}

Result<void> study(Run& run) {
  const int restarts = run.parameter("restarts", 4, 8);
  const int steps_alike = run.parameter("steps_alike", 500);
  const int steps_free = run.parameter("steps_free", 2000, 20000);
  const Family families[] = {
      {"alike", {.steps = steps_alike, .lengths = {1, 1}, .mirrored = 0, .alike = Alike::dimension}, 3},
      {"free", {.steps = steps_free, .lengths = {1, 1}, .mirrored = 0.3, .alike = Alike::none}, 48}};
  std::vector<vtpu::net::Shape> slices = {{4, 4, 8}, {4, 8, 8}};
  if (!run.quick()) slices.insert(slices.end(), {{8, 8, 16}, {8, 16, 16}});
  Table& table = run.table("learned_twist", {{"slice", "", Source::label},
                                             {"family", "", Source::label},
                                             {"states", "1", Source::computed},
                                             {"restarts", "1", Source::computed},
                                             {"best_restarts", "1", Source::computed},
                                             {"mean_regular", "hops", Source::computed},
                                             {"mean_twisted", "hops", Source::computed},
                                             {"mean_found", "hops", Source::computed},
                                             {"throughput_twisted", "link bandwidths", Source::computed},
                                             {"throughput_found", "link bandwidths", Source::computed},
                                             {"bound_found", "link bandwidths", Source::computed},
                                             {"same", "", Source::label}});
  bool found_on_all = true, control = true;
  Progress progress("learned-twist", slices.size() * std::size(families));
  std::uint64_t stream = 0;
  for (const vtpu::net::Shape& slice : slices) {
    const Result<SymmetricState> twisted_state = twisted_torus_state(slice);
    if (!twisted_state) return twisted_state.error();
    // The regular torus on the group of the slice's grid. The search may choose any translation of that group.
    const Result<SymmetricState> regular_state = torus_state(slice);
    if (!regular_state) return regular_state.error();
    const Result<Judged> twisted = judge(*twisted_state), regular = judge(*regular_state);
    if (!twisted) return twisted.error();
    if (!regular) return regular.error();
    const auto is_twisted = [&](const Judged& judged) {
      return judged.distances == twisted->distances && judged.flow.dual_bound >= twisted->flow.throughput &&
             judged.flow.throughput >= twisted->flow.throughput * (1 - kGap);
    };
    const std::string name = to_string(slice);
    const bool published = slice.count() <= 256;
    for (const Family& family : families) {
      const Best best = search(*regular_state, family.options, restarts, run.random(stream++));
      const Result<Judged> found = judge(best.state.state);
      if (!found) return found.error();
      const bool same = is_twisted(*found);
      if (family.options.alike == Alike::dimension && published) found_on_all = found_on_all && same;
      const std::string key = fmt::format("learn.twist.{}_{}", family.name, name);
      run.computed(key + ".gain", found->flow.throughput / twisted->flow.throughput, "x",
                   "fluid throughput of the state found over the twisted torus's, within " + fmt::format("{}", kGap));
      run.computed(key + ".mean", found->distances.average_including_self(), "hops", "including self");
      if (family.options.alike == Alike::dimension)
        run.computed("learn.twist.space." + name, family.states(*regular_state), "states",
                     fmt::format("one of {} translations for each of three dimensions", regular_state->group.order()));
      table.add({name, family.name, family.states(*regular_state), double(restarts), double(best.restarts),
                 regular->distances.average_including_self(), twisted->distances.average_including_self(),
                 found->distances.average_including_self(), twisted->flow.throughput, found->flow.throughput,
                 found->flow.dual_bound, same ? "yes" : "no"});
      progress.step(name + " " + family.name);
    }
    if (published) {
      AnnealOptions none = families[0].options;
      none.steps = 0;
      const Result<Judged> still = judge(anneal(*regular_state, none, 1).state);
      if (!still) return still.error();
      control = control && is_twisted(*still);
    }
  }
  const std::string method =
      "4x4x8 and 4x8x8 from the regular torus, one translation per dimension; same distances, same throughput";
  run.computed("learn.rediscovers_twist", found_on_all, "bool", method);
  run.computed("learn.rediscovers_twist.control", control, "bool", "the same with zero steps");
  return {};
}

const Experiment kExperiment{.name = "learned-twist",
                             .question = "Does a search that has no notion of twists find the twisted torus?",
                             .claims = {"learn.twist"},
                             .inputs = {},
                             .quick_seconds = 3,
                             .full_seconds = 60,
                             .run = study};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
