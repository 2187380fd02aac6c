#include "vtpu/search/lifted_flow.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"
#include "vtpu/search/channel_lengths.h"
#include "vtpu/search/without_cycles.h"

namespace vtpu::search {
namespace {

// The values that converged fastest on random, searched and regular states of 128 to 4096 chips. They affect the number
// of iterations, not the validity of the certificate.
constexpr double kHot = 0.3;       // initial temperature, in mean channel lengths
constexpr double kCold = 0.03;     // final temperature: detours of two hops have a share below exp(-60)
constexpr double kCooling = 0.93;  // per step
constexpr double kStep = 1;        // added to the length of a channel at twice the average load, in temperatures
constexpr double kLeastStep = 0.02;
constexpr double kMomentum = 0.8;

}  // namespace

Result<LiftedFlow> balanced_flow(const LiftedGraph& graph, const FlowOptions& options) {
  VTPU_CHECK(options.iterations >= 1, "a flow needs at least one iteration");
  const std::size_t channels = at(graph.channels());
  const double chips = static_cast<double>(graph.positions()) * graph.group.order();
  ChannelLengths evaluation(graph);
  FlowSum flows;  // over all iterations, weighted by their square: single iterations oscillate around the optimum
  double weights = 0;
  const double used = static_cast<double>(std::count(evaluation.used().begin(), evaluation.used().end(), true));
  std::vector<double> length(channels, ChannelLengths::kHop), speed(channels, 0), load(channels, 0);
  std::vector<int> whole(channels, ChannelLengths::kHop);
  LiftedFlow flow;
  flow.dual_bound = std::numeric_limits<double>::infinity();
  double temperature = kHot;
  while (flow.iterations < options.iterations) {
    ++flow.iterations;
    const double weight = static_cast<double>(flow.iterations) * flow.iterations;
    weights += weight;
    if (!evaluation.run(whole, temperature, weight, options.keep_split ? &flows : nullptr))
      return Error{"graph", "found a chip that cannot reach another", "a path between any two"};
    double total = 0, room = 0, largest = 0;
    for (std::size_t c = 0; c < channels; ++c) {
      if (!evaluation.used()[c]) continue;
      load[c] += weight / weights * (evaluation.load()[c] - load[c]);
      largest = std::max(largest, load[c]);
      total += evaluation.load()[c];
      room += whole[c];
    }
    if (total == 0) return Error{"graph", "found a single chip", "at least two chips"};
    flow.throughput = 1 / largest;
    flow.dual_bound = std::min(flow.dual_bound, chips * room / evaluation.distance());
    if (flow.gap() <= options.gap) break;
    double sum = 0;
    for (std::size_t c = 0; c < channels; ++c) {
      if (!evaluation.used()[c]) continue;
      const double over = evaluation.load()[c] / (total / used) - 1;
      speed[c] = kMomentum * speed[c] + kStep * (temperature + kLeastStep) * ChannelLengths::kHop * over;
      length[c] = std::clamp(length[c] + speed[c], 1.0, static_cast<double>(ChannelLengths::kLongest));
      sum += length[c];
    }
    for (std::size_t c = 0; c < channels; ++c) {
      length[c] *= used * ChannelLengths::kHop / sum;
      whole[c] = std::clamp(static_cast<int>(std::lround(length[c])), 1, ChannelLengths::kLongest);
    }
    temperature = std::max(kCold, temperature * kCooling);
  }
  flow.load = std::move(load);
  if (options.keep_split) {
    flow.load.assign(channels, 0);
    flow.split = without_cycles(graph, flows, flow.load);
    flow.throughput = 1 / *std::max_element(flow.load.begin(), flow.load.end());
  }
  return flow;
}

}  // namespace vtpu::search
