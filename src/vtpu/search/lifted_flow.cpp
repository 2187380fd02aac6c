#include "vtpu/search/lifted_flow.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/search/channel_lengths.h"
#include "vtpu/search/without_cycles.h"

namespace vtpu::search {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

// Steps that settled fastest on random, searched and regular states of 128 to 4096 chips; any others are as right.
constexpr double kHot = 0.3;       // temperature at the start, in mean lengths of a channel
constexpr double kCold = 0.03;     // and at the end: the share of detours of two hops is below exp(-60)
constexpr double kCooling = 0.93;  // a step
constexpr double kStep = 1;        // of a channel's length for being loaded twice the average, in temperatures
constexpr double kLeastStep = 0.02;
constexpr double kMomentum = 0.8;

}  // namespace

Result<LiftedFlow> balanced_flow(const LiftedGraph& graph, const FlowOptions& options) {
  VTPU_CHECK(options.iterations >= 1, "without an iteration there is no flow");
  const std::size_t channels = at(graph.channels());
  const double chips = static_cast<double>(graph.positions()) * graph.group.order();
  ChannelLengths evaluation(graph);
  FlowSum flows;  // of all iterations, weighted by their square: single ones swing about the best
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
      return Error{"graph", "a chip that cannot reach another", "a path between any two"};
    double total = 0, room = 0, largest = 0;
    for (std::size_t c = 0; c < channels; ++c) {
      if (!evaluation.used()[c]) continue;
      load[c] += weight / weights * (evaluation.load()[c] - load[c]);
      largest = std::max(largest, load[c]);
      total += evaluation.load()[c];
      room += whole[c];
    }
    if (total == 0) return Error{"graph", "a single chip", "chips with something to send"};
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
