#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "vtpu/net/fault/degraded.h"
#include "vtpu/net/flow/ways.h"
#include "vtpu/net/network.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/net/workload/workload.h"

/// What a degraded network costs: hops on the ways round failures, and the load of the channels there.
namespace vtpu::net::fault {

/// Hops on shortest paths between the ordered pairs of different chips of a list.
struct PairDistances {
  std::uint64_t pairs = 0;  ///< that have a path
  std::uint64_t cut_off = 0;
  std::uint64_t hops = 0;
  int longest = 0;
  double mean() const { return pairs == 0 ? 0 : static_cast<double>(hops) / static_cast<double>(pairs); }
};
PairDistances pair_distances(const Network& network, std::span<const int> chips);

/// How a packet goes where several shortest paths lead on: every path alike, or by the lowest port alone.
enum class Paths { even, first };

/// Load of every channel when chips send along shortest paths, in the unit of the weights. Demands without a path are
/// left out, as are those of a chip to itself. Equals expected_load of a TableRouting of the whole network, without its
/// table: one search for each destination.
std::vector<double> shortest_path_load(const Network& network, std::vector<workload::Demand> demands, Paths paths);
/// The same when each source sends `weight` to each destination.
std::vector<double> shortest_path_load(const Network& network, std::span<const int> sources,
                                       std::span<const int> destinations, double weight, Paths paths);

/// Routes in a machine with spare blocks in series with others. Chips that are no such spares keep the routes they had:
/// shortest paths, all alike, on the grid without the spares, which pass on straight what comes through them (a line of
/// spares counts as one link and is really as many more). What comes from a spare or goes to one takes shortest paths
/// of all links. Were all of these open to everyone, spare blocks would be short cuts: fewer hops, but nearly all
/// traffic would crowd there.
class SparedRoutes {
 public:
  explicit SparedRoutes(DegradedTopology topology);

  const Network& network() const { return network_; }
  /// By channel of the network, in the unit of the weights.
  std::vector<double> load(const std::vector<workload::Demand>& demands) const;
  /// Each chip of the list sends one unit, evenly to all of them, itself among them.
  std::vector<double> uniform_load(std::span<const int> chips) const;
  /// The ways of messages, for run_fluid.
  flow::Ways ways(const workload::Workload& workload) const;

 private:
  std::vector<double> along_lines(const std::vector<double>& seen) const;

  DegradedTopology topology_;
  Network network_;
  Network seen_;  // without spares
};

/// The load of the most loaded channel; what a bandwidth-bound exchange takes grows with it.
double largest(const std::vector<double>& load);
/// The load of all channels: traffic times hops.
double total(const std::vector<double>& load);

/// Every chip sends one unit each way round each ring of the torus to the next chip there, as in the bucket algorithms
/// of collectives; on a ring of 2 twice to the same. `chip_of`: by place of the torus, the chip or none where it is
/// lost, which the ring then passes over.
std::vector<workload::Demand> neighbour_demands(const Shape& torus, std::span<const std::optional<int>> chip_of);

/// Every chip sends one unit to the next on a closed ring through all chips, as in ring algorithms. `chip_of` likewise.
std::vector<workload::Demand> ring_demands(const Shape& torus, std::span<const std::optional<int>> chip_of);

}  // namespace vtpu::net::fault
