#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/path_survey.h"
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
/// The table of a destination is computed when a packet needs it, by whichever thread comes first, and kept: 2 bytes
/// per node, and 4 per port of each different choice of ports. Classes and dependencies need no table.
class TableRouting {
 public:
  struct State {
    Chip destination;
    std::uint32_t next_rank = 0;  ///< one more than the rank of the last channel
    std::uint32_t vc_class = 0;
    bool operator==(const State&) const = default;
  };
  static constexpr bool kAdaptive = false;
  static constexpr int kMostNodes = 65000;

  /// Error: a network with more nodes, or more ports per node, than a table can hold.
  static Result<TableRouting> make(const Network& network, Split split, const PathSurvey::Part& part = {});
  /// The probability of a path is proportional to the product of its channels' weights (path_split.h). `weights`: by
  /// channel, > 0; `name`: of the split.
  static Result<TableRouting> make(const Network& network, const IndexedVector<Channel, double>& weights,
                                   const std::string& name, const PathSurvey::Part& part = {});

  std::string name() const { return name_; }
  int vc_classes() const { return classes_; }
  VcRange vcs_of(int vc_class, int vcs) const { return even_share(vc_class, classes_, vcs); }
  bool reaches(Chip source, Chip destination) const { return part_of_[source] == part_of_[destination]; }

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
    for_each_hop(tables_->to(destination), node, visit);
  }

  /// All pairs of consecutive channels in the table, in every class in which they may be held, and perhaps in some
  /// more. Far faster than following all paths.
  void for_each_dependency(const Network& network, const std::function<void(ChannelClass, ChannelClass)>& visit) const;

 private:
  // The low bits of an entry hold a port, the others its share; the shares of a list sum to kShares.
  static constexpr std::uint32_t kPortBits = 8;
  static constexpr std::uint32_t kShares = 1u << (32 - kPortBits);

  /// The next hops from every node to one destination. A cell is a port, or kFirstList + the number of a list of
  /// entries; it means nothing at the destination and where there is no path.
  struct NextHops {
    static constexpr int kFirstList = 1 << kPortBits;
    std::vector<std::uint16_t> cells;  // by node
    std::vector<std::uint32_t> lists;  // each different list: its first entry
    std::vector<std::uint32_t> entries;
  };
  template <class Visit>
  static void for_each_hop(const NextHops& hops, Chip node, Visit visit) {
    const std::uint16_t cell = hops.cells[at(node.value())];
    if (cell < NextHops::kFirstList) {
      visit(PortNumber(cell), 1.0);
      return;
    }
    std::uint32_t sum = 0;
    for (std::uint32_t entry = hops.lists[at(cell - NextHops::kFirstList)]; sum < kShares; ++entry) {
      const std::uint32_t share = hops.entries[entry] >> kPortBits;
      const PortNumber port(static_cast<int>(hops.entries[entry] & ((1u << kPortBits) - 1)));
      visit(port, static_cast<double>(share) / kShares);
      sum += share;
    }
  }
  class Builder;
  using Pairs = std::vector<std::pair<Channel, Channel>>;  // channels that follow each other

  /// The tables of all destinations, each built at its first use.
  class Tables {
   public:
    /// `weights`: null where they are all equal.
    Tables(const Network& network, const IndexedVector<Channel, double>* weights, Split split, Pairs pairs);
    ~Tables();
    Tables(const Tables&) = delete;
    Tables& operator=(const Tables&) = delete;

    const Pairs& pairs() const { return pairs_; }
    const NextHops& to(Chip destination) const {
      const NextHops* known = of_chip_[at(destination.value())].load(std::memory_order_acquire);
      return known != nullptr ? *known : build(destination);
    }

   private:
    const NextHops& build(Chip destination) const;

    Network network_;
    std::optional<IndexedVector<Channel, double>> weights_;
    Split split_;
    Pairs pairs_;
    mutable std::mutex mutex_;  // of idle_
    mutable std::vector<std::unique_ptr<Builder>> idle_;
    mutable std::vector<std::atomic<const NextHops*>> of_chip_;
  };

  TableRouting() = default;
  static Result<TableRouting> build(const Network& network, const IndexedVector<Channel, double>* weights, Split split,
                                    const std::string& name, const PathSurvey::Part& part);

  Channel channel(Chip node, PortNumber port) const { return Channel(node.value() * ports_ + port.value()); }
  std::uint32_t rank(Chip node, PortNumber port) const { return rank_[channel(node, port)]; }
  std::uint32_t class_on(Chip node, const State& state, PortNumber port) const {
    return state.vc_class + (rank(node, port) < state.next_rank ? 1 : 0);
  }

  std::string name_;
  int ports_ = 0;
  int classes_ = 1;
  IndexedVector<Chip, int> part_of_;  // of the network: the nodes that can reach each other
  IndexedVector<Channel, std::uint32_t> rank_;
  std::shared_ptr<const Tables> tables_;
};
static_assert(Routing<TableRouting>);

}  // namespace vtpu::net::routing
