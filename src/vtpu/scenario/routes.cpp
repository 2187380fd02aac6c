#include "vtpu/scenario/routes.h"

#include <fmt/core.h>

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "vtpu/base/text.h"
#include "vtpu/net/link_names.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/balanced_split.h"
#include "vtpu/search/confirm.h"
#include "vtpu/search/lifted_graph.h"
#include "vtpu/search/route_rules.h"
#include "vtpu/search/search.h"
#include "vtpu/search/symmetric_state.h"

namespace vtpu::scenario {
namespace {

constexpr int kMostTableChips = 8192;  // the table takes a quarter of a gigabyte

net::routing::Dateline dateline_of(DatelineRule rule) {
  switch (rule) {
    case DatelineRule::none: return net::routing::Dateline::none;
    case DatelineRule::plain: return net::routing::Dateline::plain;
    case DatelineRule::balanced: return net::routing::Dateline::balanced;
    case DatelineRule::crossing: return net::routing::Dateline::crossing;
  }
  return net::routing::Dateline::plain;
}

/// Whether a topology is a grid with dimension-order routing.
template <class T>
constexpr bool kIsGrid = std::is_same_v<T, net::topology::Torus> || std::is_same_v<T, net::topology::Mesh> ||
                         std::is_same_v<T, net::topology::TwistedTorus>;

/// The routing itself on a whole network; otherwise the routing without the pairs that failures cut off.
template <net::routing::Routing R>
AnyRouting on(const Subject& subject, R routing) {
  if (!subject.failed.any()) return routing;
  return Avoiding<R>(std::move(routing), subject.whole, subject.failed);
}

/// Builds the routing of a scenario.
class Builder {
 public:
  Builder(const Scenario& scenario, const Subject& subject) : scenario_(scenario), subject_(subject) {}

  Result<AnyRouting> build() const {
    const RoutingKind given = scenario_.routing.algorithm;
    const RoutingKind kind = given == RoutingKind::automatic ? usual() : given;
    if (auto right = check_keys(kind); !right) return right.error();
    if (kind == RoutingKind::table) return table();
    if (kind == RoutingKind::symmetric) return symmetric();
    if (subject_.failed.any() && kind != RoutingKind::dimension_order && kind != RoutingKind::e_cube)
      return Error{scenario_.where("routing.algorithm"), fmt::format("found {} with faults", choice_name(kind)),
                   "table, which routes around them, or dimension-order or e-cube, which lose the affected traffic"};
    return std::visit([&](const auto& topology) { return on_topology(kind, topology); }, subject_.topology);
  }

 private:
  RoutingKind usual() const {
    if (subject_.failed.any()) return RoutingKind::table;
    return std::visit(
        []<class T>(const T&) {
          if constexpr (std::is_same_v<T, net::topology::Hypercube>) return RoutingKind::e_cube;
          return kIsGrid<T> ? RoutingKind::dimension_order : RoutingKind::table;
        },
        subject_.topology);
  }

  /// `dateline` and `ties` are rules of rings, `split` is one of tables.
  Result<void> check_keys(RoutingKind kind) const {
    const bool rings = kind == RoutingKind::dimension_order || kind == RoutingKind::valiant;
    const bool torus = std::holds_alternative<net::topology::Torus>(subject_.topology);
    const bool dateline = rings && (torus || std::holds_alternative<net::topology::TwistedTorus>(subject_.topology));
    for (const auto& [key, holds, what] :
         {std::tuple("routing.dateline", dateline, "dimension-order or valiant routing of a torus or twisted torus"),
          std::tuple("routing.ties", rings && torus, "dimension-order or valiant routing of a torus"),
          std::tuple("routing.split", kind == RoutingKind::table, "table routing")})
      if (scenario_.is_given(key) && !holds)
        return Error{
            scenario_.where(key),
            fmt::format("found with {} routing of a {}", choice_name(kind), choice_name(scenario_.network.topology)),
            what};
    return {};
  }

  template <net::Topology T>
  Result<AnyRouting> on_topology(RoutingKind kind, const T& topology) const {
    if constexpr (std::is_same_v<T, net::topology::Hypercube>) {
      if (kind == RoutingKind::e_cube) return on(subject_, net::routing::ECube(topology));
    } else if constexpr (kIsGrid<T>) {
      if (kind == RoutingKind::minimal_adaptive) {
        const auto adaptive = net::routing::MinimalAdaptive::make(topology);
        if (!adaptive) return at_key(scenario_, "routing.algorithm", adaptive.error());
        return AnyRouting(*adaptive);
      }
      if (kind == RoutingKind::dimension_order || kind == RoutingKind::valiant) {
        auto order = dimension_order(topology);
        if (!order) return at_key(scenario_, "routing.algorithm", order.error());
        if (kind == RoutingKind::valiant) return AnyRouting(net::routing::Valiant(std::move(*order)));
        return on(subject_, std::move(*order));
      }
    }
    return Error{
        scenario_.where("routing.algorithm"),
        fmt::format("found {} for {}", choice_name(kind), subject_.network.name()),
        "table, dimension-order, minimal-adaptive or valiant on a grid, e-cube on a hypercube, symmetric on an "
        "OCS state"};
  }

  template <net::Topology T>
  Result<net::routing::DimensionOrder> dimension_order(const T& topology) const {
    const net::routing::Dateline dateline = dateline_of(scenario_.routing.dateline);
    if constexpr (std::is_same_v<T, net::topology::Torus>)
      return net::routing::DimensionOrder::make(
          topology, dateline,
          scenario_.routing.ties == TieRule::positive ? net::routing::Ties::positive : net::routing::Ties::split);
    else if constexpr (std::is_same_v<T, net::topology::TwistedTorus>)
      return net::routing::DimensionOrder::make(topology, dateline);
    else
      return net::routing::DimensionOrder::make(topology);
  }

  Result<AnyRouting> table() const {
    const net::Network& network = subject_.network;
    if (network.chip_count() > kMostTableChips)
      return Error{scenario_.where("routing.algorithm"),
                   fmt::format("found a table for {} chips", network.chip_count()),
                   fmt::format("at most {}", kMostTableChips)};
    if (scenario_.routing.split == TableSplit::balanced) {
      const auto balanced =
          net::routing::balanced_split(network, net::workload::Traffic::uniform(network.chip_count(), true));
      if (!balanced) return at_key(scenario_, "routing.algorithm", balanced.error());
      return AnyRouting(balanced->routing);
    }
    const auto table = net::routing::TableRouting::make(
        network, scenario_.routing.split == TableSplit::first ? net::routing::Split::first : net::routing::Split::even);
    if (!table) return at_key(scenario_, "routing.algorithm", table.error());
    return AnyRouting(*table);
  }

  /// The routing of a state whose blocks look the same, balanced for uniform traffic.
  Result<AnyRouting> symmetric() const {
    const Error unfit{scenario_.where("routing.algorithm"),
                      fmt::format("found symmetric for {}", subject_.network.name()),
                      "a whole OCS state whose blocks all look the same"};
    if (subject_.failed.any() || scenario_.network.topology != TopologyKind::ocs) return unfit;
    const auto circuits = net::ocs::read_ocs_state(scenario_.network.file.path);
    if (!circuits) return circuits.error();
    const auto state = search::symmetric_state_of(*circuits);
    if (!state) return Error{unfit.where, unfit.found + ": " + state.error().message(), unfit.expected};
    const auto classes = static_cast<int>(scenario_.routing.classes);
    const auto steps = static_cast<int>(scenario_.routing.order_steps);
    const search::RouteRule rule = steps == 0
                                       ? search::optical_first(state->block_side, classes)
                                       : search::searched_order(search::lifted(*state), classes, steps,
                                                                static_cast<std::uint64_t>(scenario_.simulation.seed));
    auto routed = search::routed(*state, rule);
    if (!routed) return at_key(scenario_, "routing.classes", routed.error());
    return AnyRouting(std::move(routed->routing));
  }

  const Scenario& scenario_;
  const Subject& subject_;
};

}  // namespace

Result<AnyRouting> build_routing(const Scenario& scenario, const Subject& subject) {
  auto routing = Builder(scenario, subject).build();
  if (!routing) return routing;
  const int classes = std::visit([](const auto& each) { return each.vc_classes(); }, *routing);
  if (classes > scenario.routing.vcs)
    return Error{scenario.where("routing.vcs"), fmt::format("found {}", scenario.routing.vcs),
                 fmt::format("at least the {} classes of this routing", classes)};
  return routing;
}

std::string ties_text(const Scenario& scenario, const Subject& subject, const AnyRouting& routing) {
  if (std::holds_alternative<net::routing::TableRouting>(routing))
    return "ties of shortest paths: " + choice_name(scenario.routing.split);
  if (std::holds_alternative<search::LiftedRouting>(routing)) return "paths balanced for uniform traffic";
  if (std::holds_alternative<net::routing::MinimalAdaptive>(routing)) return "half-way ties split evenly at the source";
  if (std::holds_alternative<net::topology::Torus>(subject.topology))
    return scenario.routing.ties == TieRule::positive ? "half-way ties all go in the positive direction"
                                                      : "half-way ties split evenly";
  return std::holds_alternative<net::topology::TwistedTorus>(subject.topology) ? "shortest paths of a pair split evenly"
                                                                               : "no half-way ties";
}

RoutingFacts facts_of(const Scenario& scenario, const Subject& subject, const AnyRouting& routing) {
  return std::visit(
      [&](const auto& each) {
        const net::routing::DeadlockCheck found = net::routing::check_deadlock(subject.network, each);
        RoutingFacts facts{each.name(),    each.vc_classes(),  static_cast<int>(scenario.routing.vcs),
                           found.vertices, found.dependencies, ""};
        std::vector<std::string> cycle;
        for (const net::routing::ChannelClass& held : found.cycle)
          cycle.push_back(fmt::format("{} class {}", net::channel_name(subject.network, held.channel), held.vc_class));
        if (!cycle.empty()) cycle.push_back(cycle.front());
        facts.cycle = join(cycle, ", then ");
        return facts;
      },
      routing);
}

}  // namespace vtpu::scenario
