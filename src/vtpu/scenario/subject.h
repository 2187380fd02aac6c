#pragma once
#include <optional>
#include <tuple>
#include <variant>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/masked_topology.h"
#include "vtpu/net/network.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/topology/all.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {

/// Largest number of chips of a network.
inline constexpr int kMostChips = 1 << 17;

template <class List>
struct VariantOf;
template <class... T>
struct VariantOf<std::tuple<T...>> {
  using type = std::variant<T...>;
};

/// A topology of any kind. A scenario names its kind by a row of topologies.def.
using AnyTopology = VariantOf<net::topology::AllTopologies>::type;

/// The network of a scenario, without and with its faults; channels have the same numbers in both.
struct Subject {
  AnyTopology topology;
  net::Network whole;
  net::Network network;
  net::Mask failed;
  std::vector<net::Chip> failed_chips;

  const net::NodeNames& names() const { return network.names(); }
  /// Sides for traffic patterns: those of the grid, or all chips in a row.
  net::Shape shape() const;
};

/// Error: at the key: sides that the topology does not support, a file that cannot be read, a chip or link that does
/// not exist.
Result<Subject> build_subject(const Scenario& scenario);

/// Distances follow from one search or a closed form where the topology has one, and from new searches of the chips
/// whose distances its failures change; otherwise from searches of every chip. `watch`: it cannot stop them.
NetworkFacts facts_of(const Subject& subject, const net::workload::Watch& watch = {});

/// Rows with names, places and failures, without loads.
IndexedVector<net::Chip, NodeRow> node_rows(const Subject& subject);
std::vector<LinkRow> link_rows(const Subject& subject);

}  // namespace vtpu::scenario
