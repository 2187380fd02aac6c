#include "vtpu/search/without_cycles.h"

#include <algorithm>
#include <cstddef>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"

namespace vtpu::search {
namespace {

constexpr float kLeastShare = 1e-4F;

/// The flow to one destination. Depth-first search finds cycles; each is broken at the arc with the least flow.
class OneDestination {
 public:
  explicit OneDestination(const LiftedGraph& graph)
      : graph_(graph),
        blocks_(at(graph.group.order())),
        first_(at(graph.vertices()) + 1),
        next_(at(graph.vertices()) * blocks_),
        state_(next_.size()),
        flow_(next_.size()) {
    for (const LiftedGraph::Arc& arc : graph.arcs) ++first_[at(arc.from) + 1];
    for (std::size_t v = 0; v < at(graph.vertices()); ++v) first_[v + 1] += first_[v];
  }

  void break_cycles(float* flows) {
    finished_.clear();
    for (std::size_t node = 0; node < next_.size(); ++node) {
      next_[node] = first_[node / blocks_];
      state_[node] = State::fresh;
    }
    for (std::size_t node = 0; node < next_.size(); ++node)
      if (state_[node] == State::fresh) walk(node, flows);
  }

  /// Routes every chip's traffic along the shares of the flows, which are acyclic now.
  void append_next_hops(int destination, const float* flows, LiftedSplit& split, std::vector<double>& load) {
    find_leading_on(destination, flows);
    std::fill(flow_.begin(), flow_.end(), 0);
    for (const int start : graph_.start)
      for (std::size_t block = 0; block < blocks_; ++block)
        flow_[at(start) * blocks_ + block] =
            1.0 / (static_cast<double>(graph_.positions()) * static_cast<double>(blocks_));
    for (auto node = finished_.rbegin(); node != finished_.rend(); ++node) {
      if (is_destination(*node, destination) || flow_[*node] == 0) continue;
      for (const LiftedSplit::NextHop& hop : next_hops_from(*node, flows)) {
        const double part = flow_[*node] * static_cast<double>(hop.share);
        load[at(graph_.arcs[at(hop.arc)].channel)] += part;
        flow_[target(at(hop.arc), *node)] += part;
      }
    }
    for (std::size_t node = 0; node < next_.size(); ++node) {
      next_hops_.clear();
      if (!is_destination(node, destination) && flow_[node] > 0) (void)next_hops_from(node, flows);
      split.append(next_hops_);
    }
  }

 private:
  enum class State : unsigned char { fresh, on_path, finished };
  struct Step {
    std::size_t node;
    std::size_t arc;  // by which the node was reached
  };

  bool is_destination(std::size_t node, int destination) const {
    return node % blocks_ == 0 && graph_.position[node / blocks_] == destination;
  }
  std::size_t target(std::size_t arc, std::size_t node) const {
    const LiftedGraph::Arc& of = graph_.arcs[arc];
    return at(of.to) * blocks_ + at(graph_.group.times(static_cast<int>(node % blocks_), of.translation));
  }
  float& flow_on(float* flows, std::size_t arc, std::size_t node) const {
    return flows[arc * blocks_ + node % blocks_];
  }

  /// Rounding can leave a small flow into a node without outgoing flow.
  void find_leading_on(int destination, const float* flows) {
    leads_on_.assign(next_.size(), false);
    for (const std::size_t node : finished_) {
      leads_on_[node] = is_destination(node, destination);
      for (std::size_t arc = first_[node / blocks_]; arc < first_[node / blocks_ + 1]; ++arc)
        if (flows[arc * blocks_ + node % blocks_] > 0 && leads_on_[target(arc, node)]) leads_on_[node] = true;
    }
  }

  void walk(std::size_t from, float* flows) {
    steps_.assign(1, {from, 0});
    state_[from] = State::on_path;
    while (!steps_.empty()) {
      const std::size_t node = steps_.back().node;
      std::size_t& arc = next_[node];
      while (arc < first_[node / blocks_ + 1] && flow_on(flows, arc, node) == 0) ++arc;
      if (arc == first_[node / blocks_ + 1]) {
        state_[node] = State::finished;
        finished_.push_back(node);
        steps_.pop_back();
        continue;
      }
      const std::size_t to = target(arc, node);
      if (state_[to] == State::fresh) {
        state_[to] = State::on_path;
        steps_.push_back({to, arc});
      } else if (state_[to] == State::finished) {
        ++arc;
      } else {
        take_off_cycle(to, arc, flows);
      }
    }
  }

  /// The last steps from `to` on and `closing` form a cycle. Returns to the node where the cycle is broken.
  void take_off_cycle(std::size_t to, std::size_t closing, float* flows) {
    float least = flow_on(flows, closing, steps_.back().node);
    std::size_t first = steps_.size() - 1;
    for (; steps_[first].node != to; --first)
      least = std::min(least, flow_on(flows, steps_[first].arc, steps_[first - 1].node));
    flow_on(flows, closing, steps_.back().node) -= least;
    std::size_t keep = steps_.size();
    for (std::size_t i = steps_.size() - 1; i > first; --i) {
      float& flow = flow_on(flows, steps_[i].arc, steps_[i - 1].node);
      flow -= least;
      if (flow == 0) keep = i;
    }
    for (std::size_t i = keep; i < steps_.size(); ++i) state_[steps_[i].node] = State::fresh;
    steps_.resize(keep);
  }

  const std::vector<LiftedSplit::NextHop>& next_hops_from(std::size_t node, const float* flows) {
    next_hops_.clear();
    float total = 0, kept = 0;
    for (std::size_t arc = first_[node / blocks_]; arc < first_[node / blocks_ + 1]; ++arc)
      if (leads_on_[target(arc, node)]) total += flows[arc * blocks_ + node % blocks_];
    VTPU_CHECK(total > 0, "a node that flow enters has outgoing flow");
    for (std::size_t arc = first_[node / blocks_]; arc < first_[node / blocks_ + 1]; ++arc) {
      const float flow = flows[arc * blocks_ + node % blocks_];
      if (flow < kLeastShare * total || flow == 0 || !leads_on_[target(arc, node)]) continue;
      next_hops_.push_back({static_cast<int>(arc), flow});
      kept += flow;
    }
    for (LiftedSplit::NextHop& hop : next_hops_) hop.share /= kept;
    return next_hops_;
  }

  const LiftedGraph& graph_;
  std::size_t blocks_;
  std::vector<std::size_t> first_;  // arcs of each vertex
  std::vector<std::size_t> next_;   // arc to follow next, by node
  std::vector<State> state_;
  std::vector<std::size_t> finished_;  // nodes, each after its successors
  std::vector<Step> steps_;
  std::vector<bool> leads_on_;  // by node: whether it leads to the destination
  std::vector<double> flow_;
  std::vector<LiftedSplit::NextHop> next_hops_;
};

}  // namespace

LiftedSplit without_cycles(const LiftedGraph& graph, FlowSum& flows, std::vector<double>& load) {
  LiftedSplit split(graph.vertices(), graph.group.order());
  OneDestination one(graph);
  const std::size_t of_destination = graph.arcs.size() * at(graph.group.order());
  for (int destination = 0; destination < graph.positions(); ++destination) {
    float* const of_this = flows.data() + at(destination) * of_destination;
    one.break_cycles(of_this);
    one.append_next_hops(destination, of_this, split, load);
  }
  return split;
}

}  // namespace vtpu::search
