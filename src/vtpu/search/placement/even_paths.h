#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "vtpu/base/index.h"
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
  int distance(net::Chip from, net::Chip to) const { return distance_[pair(to, from)]; }

  /// Load of every channel when chip i sends traffic[i · chips + j] to chip j.
  IndexedVector<net::Channel, double> loads(std::span<const double> traffic) const;
  /// Loads when every chip sends 1 to every other.
  IndexedVector<net::Channel, double> uniform_loads() const;
  /// By pair, i · chips + j: the sum of the prices of the channels on the paths from i to j, weighted by share. It is
  /// the transpose of `loads`: the sum of loads · by_channel equals the sum of traffic · prices.
  std::vector<double> prices(const IndexedVector<net::Channel, double>& by_channel) const;

  struct Use {
    net::Channel channel;
    float share = 0;
  };
  /// The channels between each pair of chips, precomputed for frequent queries.
  class Uses {
   public:
    explicit Uses(const EvenPaths& paths);
    std::span<const Use> of(net::Chip from, net::Chip to) const {
      const std::size_t pair = at(from.value()) * at(chips_) + at(to.value());
      return {uses_.data() + first_[pair], first_[pair + 1] - first_[pair]};
    }

   private:
    int chips_;
    std::vector<std::size_t> first_;
    std::vector<Use> uses_;
  };

 private:
  EvenPaths() = default;
  std::size_t pair(net::Chip first, net::Chip second) const {
    return at(first.value()) * at(chips_) + at(second.value());
  }
  net::Channel channel(net::Chip chip, int port) const { return net::Channel(chip.value() * ports_ + port); }
  std::span<const net::Chip> order(net::Chip to) const {
    return std::span(order_).subspan(pair(to, net::Chip(0)), at(chips_));
  }
  /// Shares of the node's packets for `to` that leave by each of its ports.
  const double* shares(net::Chip to, net::Chip node) const { return shares_.data() + pair(to, node) * at(ports_); }

  int chips_ = 0;
  int ports_ = 0;
  IndexedVector<net::Channel, net::Chip> target_;  // the chip itself for an unattached port, whose share is 0
  std::vector<int> distance_;                      // by destination, then chip
  std::vector<net::Chip> order_;                   // by destination: chips, nearest first
  std::vector<double> shares_;                     // by destination, chip, port
};

}  // namespace vtpu::search
