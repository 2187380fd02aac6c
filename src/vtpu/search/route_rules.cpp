#include "vtpu/search/route_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <tuple>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/search/mean_distance.h"

namespace vtpu::search {
namespace {

std::vector<int> rank_of(const std::vector<int>& order) {
  std::vector<int> rank(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) rank[at(order[i])] = static_cast<int>(i);
  return rank;
}

/// Mean hops over pairs of chips; a pair without a path counts as a thousand hops.
double mean_hops(MeanDistance& mean, const LiftedGraph& graph) {
  constexpr double kCutOff = 1000;
  const net::topology::DistanceDistribution distances = mean.distribution(graph);
  const double pairs = static_cast<double>(distances.chips) * distances.chips;
  double sum = kCutOff * static_cast<double>(distances.unreachable_pairs());
  for (std::size_t hops = 0; hops < distances.pairs_at.size(); ++hops)
    sum += static_cast<double>(hops) * static_cast<double>(distances.pairs_at[hops]);
  return sum / pairs;
}

}  // namespace

RouteRule optical_first(int block_side, int vc_classes) {
  const net::Shape block{block_side, block_side, block_side};
  using Key = std::array<int, 3>;  // phase, place in the phase, channel
  std::vector<Key> keys;
  for (int position = 0; position < block.count(); ++position)
    for (int port = 0; port < 6; ++port) {
      const net::Coordinates place = block.coordinates_of(position);
      const bool plus = port % 2 == 0;
      const int sum = place[0] + place[1] + place[2];
      const bool optical = place[at(port / 2)] == (plus ? block_side - 1 : 0);
      const int channel = position * 6 + port;
      if (optical)
        keys.push_back({0, port, channel});
      else
        keys.push_back({plus ? 2 : 1, plus ? sum : -sum, channel});
    }
  std::sort(keys.begin(), keys.end());
  std::vector<int> order;
  for (const Key& key : keys) order.push_back(key[2]);
  return {"optical first", vc_classes, rank_of(order)};
}

RouteRule searched_order(const LiftedGraph& plain, int vc_classes, int steps, std::uint64_t seed) {
  int side = 1;
  while (side * side * side < plain.positions()) ++side;
  RouteRule rule = optical_first(side, vc_classes);
  rule.name = "searched";
  std::vector<int> order(rule.rank.size());
  for (std::size_t channel = 0; channel < rule.rank.size(); ++channel)
    order[at(rule.rank[channel])] = static_cast<int>(channel);
  Random random(seed);
  MeanDistance mean;
  const auto hops = [&] { return mean_hops(mean, ruled(plain, rule).graph); };
  double now = hops();
  constexpr double kHottest = 0.003;  // hops of the mean
  constexpr std::uint64_t kLongest = 24, kNear = 20;
  const auto channels = static_cast<std::uint64_t>(order.size());
  for (int step = 0; step < steps; ++step) {
    // Moves one channel, or a few consecutive ones, to another place: half of the time a near one, else any.
    std::vector<int> tried = order;
    const std::uint64_t length = random.below(3) == 0 ? 1 + random.below(kLongest) : 1;
    const std::uint64_t places = channels - length + 1;
    const std::uint64_t from = random.below(places);
    const std::uint64_t low = from < kNear ? 0 : from - kNear;
    const std::uint64_t near = low + random.below(std::min(places, from + kNear + 1) - low);
    const std::uint64_t to = random.below(2) == 0 ? near : random.below(places);
    const auto first = tried.begin() + static_cast<std::ptrdiff_t>(std::min(from, to));
    const auto last = tried.begin() + static_cast<std::ptrdiff_t>(std::max(from, to) + length);
    std::rotate(first,
                from < to ? first + static_cast<std::ptrdiff_t>(length) : last - static_cast<std::ptrdiff_t>(length),
                last);
    rule.rank = rank_of(tried);
    const double found = hops();
    const double heat = kHottest * (1 - static_cast<double>(step) / steps);
    if (found <= now || random.unit() < std::exp((now - found) / heat)) {
      now = found;
      order = std::move(tried);
    }
  }
  rule.rank = rank_of(order);
  return rule;
}

RuledGraph ruled(const LiftedGraph& plain, const RouteRule& rule) {
  std::vector<std::vector<const LiftedGraph::Arc*>> out(at(plain.positions()));
  for (const LiftedGraph::Arc& arc : plain.arcs) out[at(arc.from)].push_back(&arc);
  RuledGraph result{{plain.group, {}, {}, {}}, {}};
  LiftedGraph& graph = result.graph;
  using Key = std::tuple<int, int, unsigned>;  // position, class, arcs allowed in it
  std::map<Key, int> known;
  std::vector<Key> keys;
  const auto vertex = [&](int position, int vc_class, int rank) {
    unsigned open = 0;
    for (std::size_t i = 0; i < out[at(position)].size(); ++i)
      if (rule.rank[at(out[at(position)][i]->channel)] > rank) open |= 1u << i;
    const auto [found, added] = known.emplace(Key{position, vc_class, open}, static_cast<int>(keys.size()));
    if (added) {
      keys.push_back(found->first);
      graph.position.push_back(position);
      result.vc_class.push_back(vc_class);
    }
    return found->second;
  };
  for (int position = 0; position < plain.positions(); ++position) graph.start.push_back(vertex(position, 0, -1));
  for (std::size_t from = 0; from < keys.size(); ++from) {
    const auto [position, vc_class, open] = keys[from];
    for (std::size_t i = 0; i < out[at(position)].size(); ++i) {
      const LiftedGraph::Arc& arc = *out[at(position)][i];
      const int held = vc_class + ((open >> i & 1u) != 0 ? 0 : 1);
      if (held == rule.vc_classes) continue;
      const int to = vertex(arc.to, held, rule.rank[at(arc.channel)]);
      graph.arcs.push_back({static_cast<int>(from), to, arc.translation, arc.channel});
    }
  }
  return result;
}

}  // namespace vtpu::search
