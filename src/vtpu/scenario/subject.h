#pragma once
#include <optional>
#include <tuple>
#include <variant>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/topology/all.h"
#include "vtpu/scenario/names.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/scenario/surviving.h"

namespace vtpu::scenario {

/// Most chips of a network.
inline constexpr int kMostChips = 1 << 17;

template <class List>
struct VariantOf;
template <class... T>
struct VariantOf<std::tuple<T...>> {
  using type = std::variant<T...>;
};

/// A topology of any kind. A scenario names its kind by a row of topologies.def.
using AnyTopology = VariantOf<net::topology::AllTopologies>::type;

/// The network of a scenario, whole and after its faults; channels have the same numbers in both.
struct Subject {
  AnyTopology topology;
  net::Network whole;
  net::Network network;
  Names names;
  Failed failed;
  std::vector<int> failed_chips;

  /// Sides for traffic patterns: the grid's, or all chips in a row.
  net::Shape shape() const;
};

/// Error: at the key: sides that the topology cannot have, a file that cannot be read, a chip or link that does not
/// exist.
Result<Subject> build_subject(const Scenario& scenario);

/// Searches from every chip unless the network is whole and all chips are alike.
NetworkFacts facts_of(const Subject& subject);

/// Names, places and failures, without loads.
std::vector<NodeRow> node_rows(const Subject& subject);
std::vector<LinkRow> link_rows(const Subject& subject);

}  // namespace vtpu::scenario
