#include "vtpu/search/anneal.h"

#include <cmath>
#include <cstddef>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/search/lifted_graph.h"
#include "vtpu/search/mean_distance.h"

namespace vtpu::search {
namespace {

constexpr double kFinalHeatShare = 0.02;  // final heat, as a share of the initial heat
constexpr double kTwoAtOnce = 0.3;        // share of steps that draw two switches
constexpr int kAskEvery = 256;            // steps between calls of `stop`

std::vector<std::vector<net::Ocs>> switches_together(const net::ocs::OcsLayout& layout, Alike alike) {
  const int of_dimension = layout.ocs_count() / 3;
  std::vector<std::vector<net::Ocs>> together;
  switch (alike) {
    case Alike::none:
      for (const net::Ocs ocs : index_range<net::Ocs>(layout.ocs_count())) together.push_back({ocs});
      break;
    case Alike::rotated:
      for (const net::Ocs ocs : index_range<net::Ocs>(of_dimension)) {
        std::vector<net::Ocs>& orbit = together.emplace_back();
        net::Coordinates place = layout.position_of(ocs, net::ocs::Face::plus);
        for (const int dimension : {0, 1, 2}) {
          orbit.push_back(layout.ocs_of(dimension, place));
          place = {place[2], place[0], place[1]};
        }
      }
      break;
    case Alike::dimension:
      together.resize(3);
      for (const net::Ocs ocs : index_range<net::Ocs>(layout.ocs_count()))
        together[at(layout.dimension_of(ocs))].push_back(ocs);
      break;
  }
  return together;
}

class Switches {
 public:
  Switches(const SymmetricState& state, const AnnealOptions& options)
      : together_(switches_together({state.block_side, state.blocks()}, options.alike)), mirrored_(options.mirrored) {
    for (int element = 1; element < state.blocks(); ++element)
      if (state.group.times(element, element) == 0) involutions_.push_back(element);
  }

  const std::vector<net::Ocs>& switches(std::size_t orbit) const { return together_[orbit]; }
  /// Redraws the switches of an orbit.
  void draw(SymmetricState& state, std::size_t orbit, Random& random) const {
    const bool mirror = mirrored_ > 0 && !involutions_.empty() && random.unit() < mirrored_;
    const int translation =
        mirror ? an_involution(random) : static_cast<int>(random.below(static_cast<std::uint64_t>(state.blocks())));
    const int back = mirror ? an_involution(random) : -1;
    for (const net::Ocs ocs : together_[orbit]) {
      state.translation[ocs] = translation;
      state.mirror[ocs] = back;
    }
  }
  std::size_t count() const { return together_.size(); }

 private:
  int an_involution(Random& random) const { return involutions_[random.below(involutions_.size())]; }

  std::vector<std::vector<net::Ocs>> together_;
  std::vector<int> involutions_;  // non-identity elements that are their own inverses
  double mirrored_;
};

std::vector<int> lengths_of(const SymmetricState& state, LinkLengths links) {
  const net::ocs::OcsLayout layout{state.block_side, state.blocks()};
  std::vector<int> lengths(at(state.positions() * 6), links.electrical);
  for (const net::Ocs ocs : index_range<net::Ocs>(layout.ocs_count()))
    for (const net::ocs::Face face : {net::ocs::Face::plus, net::ocs::Face::minus})
      lengths[at(layout.block_shape().index_of(layout.position_of(ocs, face)) * 6 + 2 * layout.dimension_of(ocs) +
                 (face == net::ocs::Face::minus ? 1 : 0))] = links.optical;
  return lengths;
}

}  // namespace

SymmetricState random_state(const BlockGroup& group, const net::Shape& shape, const AnnealOptions& options,
                            std::uint64_t seed) {
  SymmetricState state{group, shape, 4, {}, {}};
  const int switches = net::ocs::OcsLayout{state.block_side, state.blocks()}.ocs_count();
  state.translation.assign(switches, 0);
  state.mirror.assign(switches, -1);
  Random random(seed);
  const Switches choices(state, options);
  for (std::size_t orbit = 0; orbit < choices.count(); ++orbit) choices.draw(state, orbit, random);
  return state;
}

Annealed anneal(const SymmetricState& start, const AnnealOptions& options, std::uint64_t seed,
                const std::function<bool()>& stop) {
  Random random(seed);
  SymmetricState state = start;
  state.mirror.resize(state.translation.size(), -1);
  const Switches choices(state, options);
  const std::vector<int> lengths = lengths_of(state, options.lengths);
  LiftedGraph graph = lifted(state);
  MeanDistance distance;
  double now = distance.bound(graph, lengths);
  Annealed best{state, now};
  struct Old {
    net::Ocs ocs;
    int translation, mirror;
  };
  std::vector<Old> old;
  for (std::int64_t step = 0; step < options.steps; ++step) {
    if (stop && step % kAskEvery == 0 && stop()) break;
    old.clear();
    const int draws = random.unit() < kTwoAtOnce ? 2 : 1;
    for (int draw = 0; draw < draws; ++draw) {
      const std::size_t orbit = random.below(choices.count());
      for (const net::Ocs ocs : choices.switches(orbit))
        old.push_back({ocs, state.translation[ocs], state.mirror[ocs]});
      choices.draw(state, orbit, random);
      for (const net::Ocs ocs : choices.switches(orbit)) reset_switch(graph, state, ocs);
    }
    const double bound = distance.bound(graph, lengths);
    const double heat =
        options.heat * std::pow(kFinalHeatShare, static_cast<double>(step) / static_cast<double>(options.steps));
    if (bound >= now || (bound > 0 && random.unit() < std::exp((bound / now - 1) / heat))) {
      now = bound;
      if (now > best.bound) best = {state, now};
      continue;
    }
    for (auto was = old.rbegin(); was != old.rend(); ++was) {  // in reverse: a switch may have been drawn twice
      state.translation[was->ocs] = was->translation;
      state.mirror[was->ocs] = was->mirror;
      reset_switch(graph, state, was->ocs);
    }
  }
  return best;
}

}  // namespace vtpu::search
