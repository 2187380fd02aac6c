#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::routing {

/// Result for the channel-dependency graph of Dally and Seitz (IEEE TC 36(5), 1987) over (channel, class): an edge
/// means that a packet may hold one and wait for the other. For an adaptive routing it is the extended dependency graph
/// of its escape moves (Duato, IEEE TPDS 4(12), 1993), which includes edges where the packet took adaptive moves
/// between the two.
struct DeadlockCheck {
  std::size_t vertices = 0;
  std::optional<std::size_t> dependencies;  ///< empty: too many to count, and proved to be acyclic without that
  std::vector<ChannelClass> cycle;          ///< one cycle; empty if the graph is acyclic, so there is no deadlock
  bool deadlock_free() const { return cycle.empty(); }
};

/// The channel-dependency graph: which (channel, class) a packet may wait for while it holds which other. A walk over
/// paths adds the same dependency many times, a list of a large network adds each once: so recently added ones are
/// recognised at once, and the others when all are sorted, which happens each time that their number has doubled.
class DependencyGraph {
 public:
  /// Channels 0..channels-1, each with classes 0..vc_classes-1.
  DependencyGraph(int channels, int vc_classes);

  /// Records that a packet may use a channel.
  void use(ChannelClass at) { used_[vertex(at)] = true; }
  /// Records that a packet may hold `from` and wait for `to`.
  void add(ChannelClass from, ChannelClass to) {
    use(from);
    use(to);
    const auto pair = static_cast<std::uint64_t>(vertex(from)) << 32 | static_cast<std::uint64_t>(vertex(to));
    std::uint64_t& recent = recent_[mix64(pair) % kRecent];
    if (recent == pair) return;
    recent = pair;
    if (pairs_.size() == pairs_.capacity()) make_room();
    pairs_.push_back(pair);
  }

  /// Channel classes in use.
  std::size_t vertex_count() const;
  std::size_t dependency_count() const;
  /// Whether this graph has all dependencies of `other`, a graph of the same network and classes.
  bool contains(const DependencyGraph& other) const;
  /// One cycle, in which each waits for the next and the last for the first; empty if there is none.
  std::vector<ChannelClass> find_cycle() const;
  DeadlockCheck check() const { return {vertex_count(), dependency_count(), find_cycle()}; }

 private:
  static constexpr std::size_t kRecent = 1 << 15;

  std::size_t vertex(ChannelClass at) const {
    return static_cast<std::size_t>(at.channel.value()) * classes_ + static_cast<std::size_t>(at.vc_class);
  }
  /// Sorts the pairs and drops repeated ones.
  void settle() const;
  void make_room();

  std::size_t classes_;
  std::vector<bool> used_;                    // by vertex
  std::vector<std::uint64_t> recent_;         // pairs, by hash; a newer one replaces an older one
  mutable std::vector<std::uint64_t> pairs_;  // of vertices, the one that waits in the upper half
};

}  // namespace vtpu::net::routing
