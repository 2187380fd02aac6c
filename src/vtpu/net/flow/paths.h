#pragma once
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/result.h"
#include "vtpu/net/flow/max_min.h"
#include "vtpu/net/flow/path_finder.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::flow {

/// How the messages of a workload use resources. A *path* here is what one pair of source and destination uses: if its
/// packets take several paths through the network, their shares are combined. One path for each pair that occurs.
class Paths {
 public:
  static constexpr int kToItself = -1;  ///< the message stays on its chip
  static constexpr int kNone = -2;      ///< its destination cannot be reached

  explicit Paths(std::size_t messages) : of_(messages, kNone) {}

  int size() const { return static_cast<int>(latency_.size()); }
  std::span<const Use> uses(int path) const { return std::span(uses_).subspan(first_use(path), use_count(path)); }
  /// Index of a path's first use among the uses of all paths.
  std::size_t first_use(int path) const { return first_[static_cast<std::size_t>(path)]; }
  std::size_t use_count(int path) const { return first_use(path + 1) - first_use(path); }
  const std::vector<Use>& all_uses() const { return uses_; }
  /// Expected over the paths that a packet may take, in nanoseconds.
  double latency_ns(int path) const { return latency_[static_cast<std::size_t>(path)]; }
  /// The path of a message, kToItself or kNone.
  int of(int message) const { return of_[static_cast<std::size_t>(message)]; }

  int add(std::span<const Use> uses, double latency_ns);
  void set(int message, int path) { of_[static_cast<std::size_t>(message)] = path; }

 private:
  std::vector<std::size_t> first_ = {0};  // by path, and the end
  std::vector<Use> uses_;
  std::vector<double> latency_;  // by path
  std::vector<int> of_;          // by message
};

/// Messages in the order of their sources; those of one source by number.
std::vector<int> messages_by_source(const Network& network, const workload::Workload& workload);

/// The channels and weights of a routing's expected shares. Requires check_messages.
template <routing::Routing R>
Paths channel_paths(const Network& network, const R& routing, const workload::Workload& workload) {
  Paths paths(static_cast<std::size_t>(workload.size()));
  IndexedVector<Chip, int> known_to(network.chip_count(), Paths::kNone);  // by destination: the path from `known_from`
  IndexedVector<Chip, Chip> known_from(network.chip_count(), Chip::none());
  PathFinder finder(network, routing);
  std::vector<Use> uses;
  for (const int id : messages_by_source(network, workload)) {
    const auto [source, destination] = std::pair(workload.message(id).source, workload.message(id).destination);
    int& path = known_to[destination];
    Chip& from = known_from[destination];
    if (from != source) {
      from = source;
      if (source == destination) {
        path = Paths::kToItself;
      } else if (!routing.reaches(source, destination)) {
        path = Paths::kNone;
      } else {
        uses.clear();
        double latency_ns = 0;
        for (const routing::ChannelShare& share : finder.find(source, destination)) {
          uses.push_back({share.channel.value(), share.share});
          latency_ns += share.share * network.link(share.channel).latency_ns;
        }
        path = paths.add(uses, latency_ns);
      }
    }
    paths.set(id, path);
  }
  return paths;
}

}  // namespace vtpu::net::flow
