#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"

namespace vtpu::search {

/// All shortest paths of a network of chips, each path of a pair used equally often. The arrays give the cost of a
/// placement, and of a change to it, quickly.
class EvenPaths {
 public:
  /// Error: a network with switches or with unconnected chips.
  static Result<EvenPaths> make(const net::Network& network);

  int chips() const { return chips_; }
  int channels() const { return chips_ * ports_; }
  /// Hops from one chip to another.
  int distance(int from, int to) const { return distance_[at(to) * at(chips_) + at(from)]; }

  /// Load of every channel when chip i sends traffic[i · chips + j] to chip j.
  std::vector<double> loads(std::span<const double> traffic) const;
  /// Loads when every chip sends 1 to every other.
  std::vector<double> uniform_loads() const;
  /// By pair, i · chips + j: the sum of the prices of the channels on the paths from i to j, weighted by share. It is
  /// the transpose of `loads`: the sum of loads · by_channel equals the sum of traffic · prices.
  std::vector<double> prices(std::span<const double> by_channel) const;

  struct Use {
    std::int32_t channel = 0;
    float share = 0;
  };
  /// The channels between each pair of chips, precomputed for frequent queries.
  class Uses {
   public:
    explicit Uses(const EvenPaths& paths);
    std::span<const Use> of(int from, int to) const {
      const std::size_t pair = at(from) * at(chips_) + at(to);
      return {uses_.data() + first_[pair], first_[pair + 1] - first_[pair]};
    }

   private:
    int chips_;
    std::vector<std::size_t> first_;
    std::vector<Use> uses_;
  };

 private:
  EvenPaths() = default;
  std::span<const int> order(int to) const { return std::span(order_).subspan(at(to) * at(chips_), at(chips_)); }
  /// Shares of the node's packets for `to` that leave by each of its ports.
  const double* shares(int to, int node) const {
    return shares_.data() + (at(to) * at(chips_) + at(node)) * at(ports_);
  }

  int chips_ = 0;
  int ports_ = 0;
  std::vector<int> target_;     // by channel; the chip itself for an unattached port, whose share is 0
  std::vector<int> distance_;   // by destination, then chip
  std::vector<int> order_;      // by destination: chips, nearest first
  std::vector<double> shares_;  // by destination, chip, port
};

}  // namespace vtpu::search
