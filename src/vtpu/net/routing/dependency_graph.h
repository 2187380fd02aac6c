#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::routing {

/// The channel-dependency graph: which (channel, class) a packet may wait for while it holds which other. The same
/// dependency is added many times, so a hash set holds them until they are counted or searched; then they are sorted.
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
    const std::uint64_t pair = pair_of(from, to);
    std::uint64_t& slot = slots_[slot_of(pair)];
    if (slot == pair) return;
    slot = pair;
    if (2 * ++count_ > slots_.size()) grow();
  }
  bool has(ChannelClass from, ChannelClass to) const {
    const std::uint64_t pair = pair_of(from, to);
    return slots_[slot_of(pair)] == pair;
  }

  /// Channel classes in use.
  std::size_t vertex_count() const;
  std::size_t dependency_count() const { return count_; }
  /// Whether this graph has all dependencies of `other`, a graph of the same network and classes.
  bool contains(const DependencyGraph& other) const;
  /// One cycle, in which each waits for the next and the last for the first; empty if there is none.
  std::vector<ChannelClass> find_cycle() const;

 private:
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  std::size_t vertex(ChannelClass at) const {
    return static_cast<std::size_t>(at.channel.value()) * classes_ + static_cast<std::size_t>(at.vc_class);
  }
  std::uint64_t pair_of(ChannelClass from, ChannelClass to) const {
    return static_cast<std::uint64_t>(vertex(from)) << 32 | static_cast<std::uint64_t>(vertex(to));
  }
  /// The slot that holds a pair, or the empty slot where it belongs.
  std::size_t slot_of(std::uint64_t pair) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = mix64(pair) & mask;
    while (slots_[slot] != kEmpty && slots_[slot] != pair) slot = (slot + 1) & mask;
    return slot;
  }
  void grow();
  std::vector<std::uint64_t> sorted_pairs() const;

  std::size_t classes_;
  std::size_t count_ = 0;
  std::vector<bool> used_;            // by vertex
  std::vector<std::uint64_t> slots_;  // pairs of vertices, open addressing; size a power of two
};

}  // namespace vtpu::net::routing
