#include "vtpu/net/routing/balanced_split.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/net/routing/path_split.h"
#include "vtpu/net/routing/shortest_paths.h"

namespace vtpu::net::routing {
namespace {

/// Demands to one destination in flits/cycle, by source.
using Demands = IndexedVector<Chip, std::vector<std::pair<Chip, float>>>;

Demands by_destination(const Network& network, const workload::Traffic& traffic, int& diameter) {
  diameter = 1;
  Demands demands(network.chip_count());
  ShortestPaths shortest(network);
  for (const Chip source : network.chips()) {
    shortest.search(source);  // links are full duplex, so the same nodes reach the source
    diameter = std::max(diameter, shortest.distance(shortest.order().back()));
    traffic.for_each_destination(source, [&](Chip destination, double probability) {
      if (destination != source && shortest.distance(destination) != ShortestPaths::kNone)
        demands[destination].emplace_back(source, static_cast<float>(probability * traffic.rate(source)));
    });
  }
  return demands;
}

/// Evaluates channel lengths: the load of the split that they imply, and a lower bound on the largest load of any
/// split.
class Evaluation {
 public:
  Evaluation(const Network& network, const Demands& demands)
      : load(network.channel_count()),
        network_(network),
        demands_(demands),
        shortest_(network),
        paths_(network),
        flow_(network.node_count()),
        weights_(network.channel_count()) {}

  IndexedVector<Channel, double> load;  ///< of the last run

  /// Splits the demands; a path is as likely as exp(-its length).
  void run(const IndexedVector<Channel, double>& lengths) {
    // All paths of a pair have the same number of hops, so subtracting the mean from every length does not change the
    // split; it keeps sums of exponentials near 1.
    double mean = 0;
    for (const double length : lengths) mean += length / lengths.size();
    for (const Channel c : lengths.indices()) weights_[c] = std::exp(mean - lengths[c]);
    std::fill(load.begin(), load.end(), 0);
    for (const Chip destination : network_.chips()) {
      if (demands_[destination].empty()) continue;
      shortest_.search(destination);
      paths_.compute(shortest_, weights_);
      for (const Chip node : shortest_.order()) flow_[node] = 0;
      for (const auto& [source, demand] : demands_[destination]) flow_[source] += demand;
      paths_.push(shortest_, weights_, flow_, [&](Channel channel, double part) { load[channel] += part; });
    }
  }

  /// (Sum of traffic x shortest length) / (sum of capacity x length): under every split some channel has at least this
  /// load per capacity. 0 if all lengths are 0.
  double bound(const IndexedVector<Channel, double>& lengths, const IndexedVector<Channel, double>& capacity) {
    double room = 0, traffic = 0;
    for (const Channel c : lengths.indices()) room += lengths[c] * capacity[c];
    if (room == 0) return 0;
    IndexedVector<Chip, double> least(flow_.size());
    for (const Chip destination : network_.chips()) {
      if (demands_[destination].empty()) continue;
      shortest_.search(destination);
      for (const Chip node : shortest_.order()) {
        least[node] = node == destination ? 0 : std::numeric_limits<double>::infinity();
        shortest_.for_each_channel(node, [&](Channel channel) {
          const double by_channel = lengths[channel] + least[network_.target(channel)];
          least[node] = std::min(least[node], by_channel);
        });
      }
      for (const auto& [source, demand] : demands_[destination]) traffic += static_cast<double>(demand) * least[source];
    }
    return traffic / room;
  }

  /// exp(-length) of the last run, up to a constant factor.
  const IndexedVector<Channel, double>& weights() const { return weights_; }

 private:
  const Network& network_;
  const Demands& demands_;
  ShortestPaths shortest_;
  PathSplit paths_;
  IndexedVector<Chip, double> flow_;
  IndexedVector<Channel, double> weights_;
};

constexpr double kAverage = 0.1;  // lengths oscillate about the dual optimum; the bound uses their moving average
constexpr int kBoundEvery = 10;

}  // namespace

Result<BalancedSplit> balanced_split(const Network& network, const workload::Traffic& traffic, double gap,
                                     int iterations, const PathSurvey::Part& part) {
  int diameter = 1;
  const Demands demands = by_destination(network, traffic, diameter);
  const int channels = network.channel_count();
  IndexedVector<Channel, double> capacity(channels, 0);
  double total_capacity = 0;
  for (const Channel channel : network.channels()) {
    if (!network.attached(channel)) continue;
    capacity[channel] = network.link(channel).bandwidth_gbytes_per_s / network.link_kinds()[0].bandwidth_gbytes_per_s;
    total_capacity += capacity[channel];
  }

  double step = 1.5;  // of lengths, which are logarithms of shares. Twice this does not converge on a mesh.
                      // Halved when it no longer improves the load
  constexpr int kPatience = 20;
  constexpr double kForBound = 0.93;  // of the bound. No split loads channels so little, so lengths grow beyond what
                                      // the split needs and approach the dual optimum
  Evaluation evaluation(network, demands);
  constexpr double kBoundStep = 2;
  const double longest = 500.0 / diameter;  // keeps exponentials of path lengths within the range of a double
  IndexedVector<Channel, double> lengths(channels, 0), average(channels, 0), best_weights;
  double least_load = std::numeric_limits<double>::infinity(), bound = 0;
  int done = 0, gained = 0;
  while (done < iterations) {
    if (part) part(done, iterations);
    evaluation.run(lengths);
    ++done;
    double largest = 0, total = 0;
    for (const Channel c : network.channels()) {
      if (capacity[c] == 0) continue;
      largest = std::max(largest, evaluation.load[c] / capacity[c]);
      total += evaluation.load[c];
      average[c] += kAverage * (lengths[c] - average[c]);
    }
    if (largest == 0)
      return Error{"traffic", fmt::format("'{}' uses no channel", traffic.name()), "traffic with a path"};
    if (largest < least_load) {
      least_load = largest;
      best_weights = evaluation.weights();
      gained = done;
    } else if (done - gained >= kPatience) {
      step /= 2;
      gained = done;
    }
    bound = std::max(bound, total / total_capacity);
    if (done % kBoundEvery == 0) bound = std::max(bound, evaluation.bound(average, capacity));
    if (least_load <= bound * (1 + gap)) break;
    const bool for_bound = 3 * done > 2 * iterations;
    const double limit = bound * (for_bound ? kForBound : 1);
    for (const Channel c : network.channels()) {
      if (capacity[c] == 0) continue;
      const double over = evaluation.load[c] / capacity[c] / limit - 1;
      lengths[c] = std::clamp(lengths[c] + (for_bound ? kBoundStep : step) * over, 0.0, longest);
    }
  }
  Result<TableRouting> routing = TableRouting::make(network, best_weights, "balanced");
  if (!routing) return routing.error();
  return BalancedSplit{*std::move(routing), 1 / least_load, 1 / bound, done};
}

}  // namespace vtpu::net::routing
