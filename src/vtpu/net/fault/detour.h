#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/net/fault/degraded.h"
#include "vtpu/net/flow/paths.h"
#include "vtpu/net/network.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/net/workload/workload.h"

/// The cost of a degraded network: hops of the paths around failures, and the load of the channels on them.
namespace vtpu::net::fault {

/// Hops of shortest paths between the ordered pairs of different chips of a list.
struct PairDistances {
  std::uint64_t pairs = 0;  ///< with a path
  std::uint64_t cut_off = 0;
  std::uint64_t hops = 0;
  int longest = 0;
  double mean() const { return pairs == 0 ? 0 : static_cast<double>(hops) / static_cast<double>(pairs); }
};
PairDistances pair_distances(const Network& network, std::span<const Chip> chips);

/// How packets use several shortest paths: all paths with equal probability, or only the lowest port at each node.
enum class Paths { even, first };

/// Load of every channel when chips send along shortest paths, in the unit of the weights. Demands without a path and
/// demands from a chip to itself are ignored. Equal to expected_load of a TableRouting of the whole network, but
/// without its table: one search per destination.
IndexedVector<Channel, double> shortest_path_load(const Network& network, std::vector<workload::Demand> demands,
                                                  Paths paths);
/// The same if each source sends `weight` to each destination.
IndexedVector<Channel, double> shortest_path_load(const Network& network, std::span<const Chip> sources,
                                                  std::span<const Chip> destinations, double weight, Paths paths);

/// Routes in a machine whose spare blocks are in series with others. Chips that are not such spares keep their routes:
/// shortest paths with equal probability on the grid without the spares. The spares forward this traffic straight
/// through, so a line of spares counts as one link although it is several. Traffic from or to a spare takes shortest
/// paths over all links. If all traffic could do that, spare blocks would be short cuts: fewer hops, but nearly all
/// traffic would crowd there.
class SparedRoutes {
 public:
  explicit SparedRoutes(DegradedTopology topology);

  const Network& network() const { return network_; }
  /// By channel of the network, in the unit of the weights.
  IndexedVector<Channel, double> load(const std::vector<workload::Demand>& demands) const;
  /// Each chip of the list sends one unit, spread evenly over all of the list, itself included.
  IndexedVector<Channel, double> uniform_load(std::span<const Chip> chips) const;
  /// The paths of the workload's messages, for run_fluid.
  flow::Paths paths(const workload::Workload& workload) const;

 private:
  IndexedVector<Channel, double> along_lines(const IndexedVector<Channel, double>& seen) const;

  DegradedTopology topology_;
  Network network_;
  Network seen_;  // the network as the other chips see it, without spares
};

/// The load of the most loaded channel, to which the time of a bandwidth-bound exchange is proportional.
double largest(const IndexedVector<Channel, double>& load);
/// The sum of all channels' loads: traffic times hops.
double total(const IndexedVector<Channel, double>& load);

/// Every chip sends one unit in each direction of each of its rings to the next chip, as in the bucket algorithms of
/// collectives; on a ring of 2, two units to the same chip. `chip_of`: by place of the torus, the chip, or none if it
/// is lost; the ring then skips that place.
std::vector<workload::Demand> neighbour_demands(const Shape& torus, std::span<const std::optional<Chip>> chip_of);

/// Every chip sends one unit to the next on a closed ring through all chips, as in ring algorithms. `chip_of`: as
/// above.
std::vector<workload::Demand> ring_demands(const Shape& torus, std::span<const std::optional<Chip>> chip_of);

}  // namespace vtpu::net::fault
