#pragma once
#include <cstddef>
#include <limits>
#include <vector>

#include "vtpu/search/lifted_graph.h"

namespace vtpu::search {

/// Flow by destination, arc and block it leaves: (destination · arcs + arc) · blocks + block.
using FlowSum = std::vector<float>;

/// What lengths of a lifted graph's channels say of a uniform all-to-all: how it spreads when a path that comes nearer
/// with every step is as likely as exp(-its length / temperature), what load that puts on channels, and the mean
/// distance by length. Lengths are whole numbers, so that shortest paths need no heap and come out alike everywhere.
class ChannelLengths {
 public:
  static constexpr int kHop = 1024;               ///< what a length of one hop is
  static constexpr int kLongest = 16 * kHop - 1;  ///< of a channel

  explicit ChannelLengths(const LiftedGraph& graph);

  /// `lengths`: by channel class, 1 to kLongest. `temperature`: in hops. `weight` times the flows are added to `flows`
  /// unless it is nullptr. False when a chip cannot reach another.
  bool run(const std::vector<int>& lengths, double temperature, double weight, FlowSum* flows);

  /// Of the last run, by channel class, every chip sending 1/N to each of N chips.
  const std::vector<double>& load() const { return load_; }
  /// Of the last run: summed over all chips to one of every position.
  double distance() const { return total_distance_; }
  /// By channel class: whether an arc crosses it.
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
