#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/channel_order.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::routing {

/// The shortest paths that packets take.
enum class Split {
  first,  ///< one path: the lowest port at every node
  even    ///< every path of a pair with equal probability
};

/// Shortest-path tables for any network: for each node and destination chip, the output ports and their probabilities.
/// `reaches` is false for pairs without a path.
///
/// Deadlock-free on every graph: a packet moves to a higher class of virtual channels whenever the rank in an order of
/// the channels falls along its path. Of several orders, the table keeps the one that needs the fewest classes.
///
/// Memory: 4 bytes per node and destination, plus 4 per port where there are several.
class TableRouting {
 public:
  struct State {
    Chip destination;
    std::uint32_t next_rank = 0;  ///< one more than the rank of the last channel
    std::uint32_t vc_class = 0;
    bool operator==(const State&) const = default;
  };
  static constexpr bool kAdaptive = false;

  /// Error: a network with more ports per node than a table can hold.
  static Result<TableRouting> make(const Network& network, Split split);
  /// The probability of a path is proportional to the product of its channels' weights (path_split.h). `weights`: by
  /// channel, > 0; `name`: of the split.
  static Result<TableRouting> make(const Network& network, const IndexedVector<Channel, double>& weights,
                                   const std::string& name);

  std::string name() const { return name_; }
  int vc_classes() const { return classes_; }
  VcRange vcs_of(int vc_class, int vcs) const { return even_share(vc_class, classes_, vcs); }
  bool reaches(Chip source, Chip destination) const {
    return source == destination || cell(source, destination) != kNoPath;
  }

  State start(Chip, Chip destination, Random&) const { return {destination, 0, 0}; }
  template <class Visit>
  void for_each_start(Chip, Chip destination, Visit visit) const {
    visit(State{destination, 0, 0}, 1.0);
  }
  void moves(Chip node, const State& state, Moves& moves) const {
    moves.clear();
    if (node == state.destination) return;
    for_each_port(node, state.destination, [&](PortNumber port, double probability) {
      moves.add({port, static_cast<int>(class_on(node, state, port)), probability});
    });
  }
  State after(Chip node, const State& state, const Move& move) const {
    return {state.destination, rank(node, move.port) + 1, static_cast<std::uint32_t>(move.vc_class)};
  }

  /// visit(port, probability) for the next hops from a node to a destination; requires reaches(node, destination).
  template <class Visit>
  void for_each_port(Chip node, Chip destination, Visit visit) const {
    const std::uint32_t at_node = cell(node, destination);
    if (at_node >= kOnePort) {
      visit(PortNumber(static_cast<int>(at_node - kOnePort)), 1.0);
      return;
    }
    std::uint32_t sum = 0;
    for (std::uint32_t entry = at_node; sum < kShares; ++entry) {
      const std::uint32_t share = entries_[entry] >> kPortBits;
      const PortNumber port(static_cast<int>(entries_[entry] & ((1u << kPortBits) - 1)));
      visit(port, static_cast<double>(share) / kShares);
      sum += share;
    }
  }

  /// All pairs of consecutive channels in the table, in every class in which they may be held, and perhaps in some
  /// more. Far faster than following all paths.
  void for_each_dependency(const Network& network, const std::function<void(ChannelClass, ChannelClass)>& visit) const;

 private:
  // A cell is kNoPath, kOnePort + port, or the index of its first entry. The low bits of an entry hold a port, the
  // others its share; the shares of a cell sum to kShares.
  static constexpr std::uint32_t kPortBits = 8;
  static constexpr std::uint32_t kShares = 1u << (32 - kPortBits);
  static constexpr std::uint32_t kOnePort = ~std::uint32_t{0} - (1u << kPortBits);
  static constexpr std::uint32_t kNoPath = ~std::uint32_t{0};

  TableRouting() = default;
  static Result<TableRouting> build(const Network& network, const IndexedVector<Channel, double>& weights, Split split,
                                    const std::string& name);
  void add_cell(const std::vector<PortNumber>& ports, const std::vector<double>& shares);
  int classes_needed(const Network& network, const ChannelOrder& order) const;

  std::uint32_t cell(Chip node, Chip destination) const {
    return cells_[at(destination.value()) * at(nodes_) + at(node.value())];
  }
  Channel channel(Chip node, PortNumber port) const { return Channel(node.value() * ports_ + port.value()); }
  std::uint32_t rank(Chip node, PortNumber port) const { return rank_[channel(node, port)]; }
  std::uint32_t class_on(Chip node, const State& state, PortNumber port) const {
    return state.vc_class + (rank(node, port) < state.next_rank ? 1 : 0);
  }

  std::string name_;
  int nodes_ = 0;
  int ports_ = 0;
  int classes_ = 1;
  std::vector<std::uint32_t> cells_;  // by destination, then node
  std::vector<std::uint32_t> entries_;
  IndexedVector<Channel, std::uint32_t> rank_;
};
static_assert(Routing<TableRouting>);

}  // namespace vtpu::net::routing
