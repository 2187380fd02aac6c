#include "vtpu/search/channel_lengths.h"

#include <algorithm>
#include <cmath>

#include "vtpu/base/position.h"

namespace vtpu::search {
namespace {

constexpr double kNegligible = 20;  // paths with less than exp(-20) of the shortest path's probability are left out

}  // namespace

ChannelLengths::ChannelLengths(const LiftedGraph& graph)
    : graph_(graph),
      blocks_(at(graph.group.order())),
      nodes_(at(graph.vertices()) * blocks_),
      load_(at(graph.channels())),
      used_(at(graph.channels())),
      first_out_(at(graph.vertices()) + 1),
      first_in_(at(graph.vertices()) + 1),
      in_(graph.arcs.size()),
      distance_(nodes_),
      likelihood_(nodes_),
      flow_(nodes_),
      buckets_(at(kLongest) + 1) {
  for (const LiftedGraph::Arc& arc : graph.arcs) {
    ++first_out_[at(arc.from) + 1];
    ++first_in_[at(arc.to) + 1];
    used_[at(arc.channel)] = true;
  }
  for (std::size_t v = 0; v < at(graph.vertices()); ++v) {
    first_out_[v + 1] += first_out_[v];
    first_in_[v + 1] += first_in_[v];
  }
  std::vector<std::size_t> next(first_in_.begin(), first_in_.end() - 1);
  for (std::size_t a = 0; a < graph.arcs.size(); ++a) in_[next[at(graph.arcs[a].to)]++] = a;
}

bool ChannelLengths::run(const std::vector<int>& lengths, double temperature, double weight, FlowSum* flows) {
  const std::size_t of_destination = graph_.arcs.size() * blocks_;
  if (flows != nullptr) flows->resize(of_destination * at(graph_.positions()));
  weigh(temperature);
  std::fill(load_.begin(), load_.end(), 0);
  total_distance_ = 0;
  for (int destination = 0; destination < graph_.positions(); ++destination) {
    search(destination, lengths);
    for (const int start : graph_.start)
      for (std::size_t block = 0; block < blocks_; ++block) {
        const int far = distance_[at(start) * blocks_ + block];
        if (far == kFar) return false;
        total_distance_ += far;
      }
    spread(lengths, weight, flows == nullptr ? nullptr : flows->data() + at(destination) * of_destination);
  }
  return true;
}

void ChannelLengths::weigh(double temperature) {
  const int slacks = std::min(kLongest, static_cast<int>(kNegligible * temperature * kHop)) + 1;
  weight_.resize(at(slacks));
  for (int slack = 0; slack < slacks; ++slack) weight_[at(slack)] = std::exp(-slack / (temperature * kHop));
}

/// Distances to the destination by buckets (Dial, "Algorithm 360", CACM 12(11), 1969).
void ChannelLengths::search(int destination, const std::vector<int>& lengths) {
  const std::vector<int>& times = graph_.group.by_translation();
  const std::size_t round = buckets_.size();
  distance_.assign(nodes_, kFar);
  settled_.assign(nodes_, false);
  order_.clear();
  std::size_t waiting = 0;
  for (std::size_t v = 0; v < at(graph_.vertices()); ++v)
    if (graph_.position[v] == destination) {
      distance_[v * blocks_] = 0;
      buckets_[0].push_back(static_cast<int>(v * blocks_));
      ++waiting;
    }
  destinations_ = waiting;
  for (int now = 0; waiting > 0; ++now) {
    std::vector<int>& bucket = buckets_[at(now) % round];
    for (const int entry : bucket) {
      const std::size_t node = at(entry);
      --waiting;
      if (settled_[node]) continue;  // queued again at a larger distance
      settled_[node] = true;
      order_.push_back(entry);
      const std::size_t vertex = node / blocks_, block = node % blocks_;
      for (std::size_t i = first_in_[vertex]; i < first_in_[vertex + 1]; ++i) {
        const LiftedGraph::Arc& arc = graph_.arcs[in_[i]];
        const int back = graph_.group.inverse(arc.translation);
        const std::size_t from = at(arc.from) * blocks_ + at(times[at(back) * blocks_ + block]);
        const int far = now + lengths[at(arc.channel)];
        if (far >= distance_[from]) continue;
        distance_[from] = far;
        buckets_[at(far) % round].push_back(static_cast<int>(from));
        ++waiting;
      }
    }
    bucket.clear();
  }
}

/// Calls visit(arc, target node, its share of the node's likelihood) for the next hops from a node.
template <class Visit>
void ChannelLengths::for_each_next_hop(std::size_t node, const std::vector<int>& lengths, Visit visit) const {
  const std::vector<int>& times = graph_.group.by_translation();
  const std::size_t vertex = node / blocks_, block = node % blocks_;
  for (std::size_t a = first_out_[vertex]; a < first_out_[vertex + 1]; ++a) {
    const LiftedGraph::Arc& arc = graph_.arcs[a];
    const std::size_t to = at(arc.to) * blocks_ + at(times[at(arc.translation) * blocks_ + block]);
    if (distance_[to] >= distance_[node]) continue;
    const std::size_t slack = at(lengths[at(arc.channel)] + distance_[to] - distance_[node]);
    if (slack < weight_.size()) visit(a, to, weight_[slack] * likelihood_[to]);
  }
}

/// Adds the traffic of all chips to the destination of the last search to the load.
void ChannelLengths::spread(const std::vector<int>& lengths, double weight, float* flows) {
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const std::size_t node = at(order_[i]);
    flow_[node] = 0;
    likelihood_[node] = i < destinations_ ? 1 : 0;
    if (i < destinations_) continue;
    for_each_next_hop(node, lengths, [&](std::size_t, std::size_t, double part) { likelihood_[node] += part; });
  }
  for (const int start : graph_.start)
    for (std::size_t block = 0; block < blocks_; ++block)
      flow_[at(start) * blocks_ + block] =
          1.0 / (static_cast<double>(graph_.positions()) * static_cast<double>(blocks_));
  for (std::size_t i = order_.size(); i-- > destinations_;) {
    const std::size_t node = at(order_[i]);
    if (flow_[node] == 0) continue;
    const double share = flow_[node] / likelihood_[node];
    for_each_next_hop(node, lengths, [&](std::size_t a, std::size_t to, double part) {
      load_[at(graph_.arcs[a].channel)] += share * part;
      flow_[to] += share * part;
      if (flows != nullptr) flows[a * blocks_ + node % blocks_] += static_cast<float>(weight * share * part);
    });
  }
}

}  // namespace vtpu::search
