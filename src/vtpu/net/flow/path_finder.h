#pragma once
#include <algorithm>
#include <span>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::flow {

/// channel_shares for many pairs in sequence. If a packet's state determines its path, as under dimension-order
/// routing, the paths of a pair are few and short; following them one by one takes a tenth of the time. If a node
/// offers a choice, the pair is left to channel_shares, which follows paths that meet only once.
template <routing::Routing R>
class PathFinder {
 public:
  PathFinder(const Network& network, const R& routing)
      : network_(network), routing_(routing), share_(network.channel_count(), 0.0) {}

  /// As channel_shares; valid until the next call.
  std::span<const routing::ChannelShare> find(Chip source, Chip destination) {
    crossed_.clear();
    bool settled = true;
    routing_.for_each_start(source, destination, [&](const typename R::State& start, double probability) {
      settled = settled && walk(source, start, probability);
    });
    std::ranges::sort(crossed_);
    found_.clear();
    for (const Channel channel : crossed_) {
      double& share = share_[channel];
      found_.push_back({channel, share});
      share = 0;
    }
    if (!settled) found_ = routing::channel_shares(network_, routing_, source, destination);
    return found_;
  }

 private:
  bool walk(Chip node, typename R::State state, double probability) {
    while (true) {
      routing_.moves(node, state, moves_);
      if (moves_.empty()) return true;
      if (moves_.size() > 1) return false;
      const Channel channel = network_.channel(node, moves_[0].port);
      double& share = share_[channel];
      if (share == 0) crossed_.push_back(channel);
      share += probability;
      state = routing_.after(node, state, moves_[0]);
      node = network_.target(channel);
    }
  }

  const Network& network_;
  const R& routing_;
  IndexedVector<Channel, double> share_;  // 0 between calls
  std::vector<Channel> crossed_;          // channels with a share
  std::vector<routing::ChannelShare> found_;
  routing::Moves moves_;
};

}  // namespace vtpu::net::flow
