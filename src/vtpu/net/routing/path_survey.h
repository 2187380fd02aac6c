#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/channel_order.h"
#include "vtpu/net/topology/wide_search.h"

namespace vtpu::net::routing {

/// What the shortest paths from all nodes to all chips have in common, found for 64 destinations at a time: which
/// channels follow each other, and how often the rank of a channel order falls along a path. Needs no memory for pairs
/// of nodes.
class PathSurvey {
 public:
  /// Which of the shortest paths count.
  enum class Paths {
    all,
    lowest,  ///< those over the lowest port at every node
    marked   ///< those over the channels that `mark` names
  };
  /// mark(destination, allow): calls allow(channel) for every channel that packets for the destination may take.
  using Mark = std::function<void(Chip destination, const std::function<void(Channel)>& allow)>;
  /// Called from time to time with the destinations that are done and the number of all. May be empty.
  using Part = std::function<void(int done, int all)>;

  PathSurvey(const Network& network, Paths paths, Mark mark);

  /// The largest number of times that the rank of an order falls along a path. Stops early, with any number of at least
  /// `enough`, where it is not smaller. Call this once before for_each_pair, without a limit.
  int most_falls(const ChannelOrder& order, const Part& part, int enough = kUnlimited);

  /// visit(first, second) for each pair of channels that follow each other on a path.
  template <class Visit>
  void for_each_pair(Visit visit) const {
    for (std::uint32_t node = 0; node < arcs_.nodes(); ++node)
      for (std::uint32_t arc = arcs_.first[node]; arc < arcs_.first[node + 1]; ++arc) {
        const std::uint32_t onward = arcs_.first[arcs_.heads[arc]];
        for (std::uint32_t next = onward; next < arcs_.first[arcs_.heads[arc] + 1]; ++next)
          if (follows_[first_pair_[arc] + (next - onward)]) visit(channels_[arc], channels_[next]);
      }
  }

 private:
  static constexpr int kUnlimited = 1 << 30;

  /// Adds the arcs of shortest paths from the nodes at one level, when those from the levels below are known.
  void add_level(const topology::WideSearch& search, const std::vector<std::uint32_t>& nodes);
  void add_pair(std::uint32_t arc, std::uint32_t next, std::uint64_t both);
  void add_digit();
  int most_falls_of_batch() const;

  Paths paths_;
  Mark mark_;
  std::size_t chips_;
  topology::Arcs arcs_;
  std::vector<Channel> channels_;                 // by arc
  IndexedVector<Channel, std::uint32_t> arc_of_;  // of attached channels
  std::vector<std::size_t> first_pair_;           // by arc, and of the arc after the last: the place of its first pair
  std::vector<bool> follows_;                     // by pair
  std::vector<std::uint32_t> rank_;               // by arc
  // Words with one bit per destination of the batch:
  std::vector<std::uint64_t> used_;    // by arc: it is on a path
  std::vector<std::uint64_t> marked_;  // by arc; Paths::marked
  std::vector<std::uint64_t> falls_;   // by arc and digit, lowest first: the most falls from the arc on, in binary
  std::size_t digits_ = 3;
};

}  // namespace vtpu::net::routing
