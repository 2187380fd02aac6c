#pragma once
#include <cstddef>
#include <limits>
#include <vector>

#include "vtpu/search/lifted_graph.h"

namespace vtpu::search {

/// Flow by destination, arc and block it leaves: (destination · arcs + arc) · blocks + block.
using FlowSum = std::vector<float>;

/// A uniform all-to-all on a lifted graph whose channels have lengths. A path on which every hop comes nearer to the
/// destination has a probability proportional to exp(-length / temperature); the class computes the flows, the channel
/// loads and the mean distance by length. Lengths are integers: shortest paths then need no heap and are the same on
/// every host.
class ChannelLengths {
 public:
  static constexpr int kHop = 1024;               ///< length of one hop
  static constexpr int kLongest = 16 * kHop - 1;  ///< of a channel

  explicit ChannelLengths(const LiftedGraph& graph);

  /// `lengths`: by channel class, 1 to kLongest. `temperature`: in hops. Adds `weight` times the flows to `flows`
  /// unless that is nullptr. Returns false when a chip cannot reach another.
  bool run(const std::vector<int>& lengths, double temperature, double weight, FlowSum* flows);

  /// Loads of the last run by channel class; every chip sends 1/N to each of N chips.
  const std::vector<double>& load() const { return load_; }
  /// Distances of the last run, summed from all chips to one chip of every position.
  double distance() const { return total_distance_; }
  /// By channel class: whether an arc uses it.
  const std::vector<bool>& used() const { return used_; }

 private:
  static constexpr int kFar = std::numeric_limits<int>::max();

  void weigh(double temperature);
  void search(int destination, const std::vector<int>& lengths);
  void spread(const std::vector<int>& lengths, double weight, float* flows);
  template <class Visit>
  void for_each_next_hop(std::size_t node, const std::vector<int>& lengths, Visit visit) const;

  const LiftedGraph& graph_;
  std::size_t blocks_, nodes_;  // a node is vertex · blocks + block
  std::vector<double> load_;
  std::vector<bool> used_;
  double total_distance_ = 0;
  std::vector<std::size_t> first_out_, first_in_, in_;  // arcs from and to each vertex
  std::vector<double> weight_;                          // exp(-slack / temperature)
  std::vector<int> distance_, order_;                   // order_: nodes by distance, destinations first
  std::vector<bool> settled_;
  std::vector<double> likelihood_, flow_;
  std::size_t destinations_ = 0;
  std::vector<std::vector<int>> buckets_;
};

}  // namespace vtpu::search
