#pragma once
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/flow/max_min.h"
#include "vtpu/net/flow/path_finder.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::flow {

/// How the messages of a workload use resources: one entry for each pair of source and destination that occurs. An
/// entry combines all paths of the pair.
class Ways {
 public:
  static constexpr int kToItself = -1;  ///< the message stays on its chip
  static constexpr int kNone = -2;      ///< its destination cannot be reached

  explicit Ways(std::size_t messages) : of_(messages, kNone) {}

  int size() const { return static_cast<int>(latency_.size()); }
  std::span<const Use> uses(int way) const { return std::span(uses_).subspan(first_use(way), use_count(way)); }
  /// Index of an entry's first use among the uses of all entries.
  std::size_t first_use(int way) const { return first_[static_cast<std::size_t>(way)]; }
  std::size_t use_count(int way) const { return first_use(way + 1) - first_use(way); }
  const std::vector<Use>& all_uses() const { return uses_; }
  /// Expected over the paths that a packet may take, in nanoseconds.
  double latency_ns(int way) const { return latency_[static_cast<std::size_t>(way)]; }
  /// The entry of a message, kToItself or kNone.
  int of(int message) const { return of_[static_cast<std::size_t>(message)]; }

  int add(std::span<const Use> uses, double latency_ns);
  void set(int message, int way) { of_[static_cast<std::size_t>(message)] = way; }

 private:
  std::vector<std::size_t> first_ = {0};  // by entry, and the end
  std::vector<Use> uses_;
  std::vector<double> latency_;  // by entry
  std::vector<int> of_;          // by message
};

/// Messages in the order of their sources; those of one source by number.
std::vector<int> messages_by_source(const Network& network, const workload::Workload& workload);

/// The channels and weights of a routing's expected shares. Requires check_messages.
template <routing::Routing R>
Ways channel_ways(const Network& network, const R& routing, const workload::Workload& workload) {
  Ways ways(static_cast<std::size_t>(workload.size()));
  const auto chips = static_cast<std::size_t>(network.chip_count());
  std::vector<int> known_to(chips, Ways::kNone);  // by destination: the entry for `known_from`
  std::vector<int> known_from(chips, -1);
  WayFinder finder(network, routing);
  std::vector<Use> uses;
  for (const int id : messages_by_source(network, workload)) {
    const auto [source, destination] = std::pair(workload.message(id).source, workload.message(id).destination);
    int& way = known_to[static_cast<std::size_t>(destination)];
    int& from = known_from[static_cast<std::size_t>(destination)];
    if (from != source) {
      from = source;
      if (source == destination) {
        way = Ways::kToItself;
      } else if (!routing.reaches(source, destination)) {
        way = Ways::kNone;
      } else {
        uses.clear();
        double latency_ns = 0;
        for (const routing::ChannelShare& share : finder.find(source, destination)) {
          uses.push_back({share.channel, share.share});
          latency_ns += share.share * network.link(share.channel).latency_ns;
        }
        way = ways.add(uses, latency_ns);
      }
    }
    ways.set(id, way);
  }
  return ways;
}

}  // namespace vtpu::net::flow
