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
#include "vtpu/scenario/keys.h"
#include "vtpu/search/confirm.h"
#include "vtpu/search/lifted_graph.h"
#include "vtpu/search/route_rules.h"
#include "vtpu/search/search.h"
#include "vtpu/search/symmetric_state.h"

namespace vtpu::scenario {
namespace {

constexpr int kMostTableChips = 16384;    // their tables take half a gigabyte
constexpr int kMostClasses = 8;           // of routing.classes
constexpr int kMostBalancedChips = 8192;  // each of some 300 iterations searches twice from every chip
constexpr int kMostWalkedChips = 2048;    // of twisted tori with failures, where every pair is followed

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
  Builder(const Scenario& scenario, const Subject& subject, const net::workload::Watch& watch)
      : scenario_(scenario), subject_(subject), part_([&watch](int done, int all) {
          if (watch) static_cast<void>(watch(static_cast<double>(done) / all));
        }) {}

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
        if (subject_.failed.any() && order->twisted() && topology.chip_count() > kMostWalkedChips)
          return Error{scenario_.where("routing.algorithm"),
                       fmt::format("found {} with faults on a twisted torus of {} chips", choice_name(kind),
                                   topology.chip_count()),
                       fmt::format("table, or at most {} chips", kMostWalkedChips)};
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
    if (scenario_.routing.split == TableSplit::balanced) {
      if (network.chip_count() > kMostBalancedChips)
        return Error{scenario_.where("routing.split"), fmt::format("found balanced for {} chips", network.chip_count()),
                     fmt::format("at most {}, or another split", kMostBalancedChips)};
      const auto balanced =
          net::routing::balanced_split(network, net::workload::Traffic::uniform(network.chip_count(), true),
                                       net::routing::kBalancedGap, net::routing::kBalancingSteps, part_);
      if (!balanced) return at_key(scenario_, "routing.algorithm", balanced.error());
      return AnyRouting(balanced->routing);
    }
    const auto table = net::routing::TableRouting::make(
        network, scenario_.routing.split == TableSplit::first ? net::routing::Split::first : net::routing::Split::even,
        part_);
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
    const auto with_classes = [&](int classes) {
      const auto steps = static_cast<int>(scenario_.routing.order_steps);
      const search::RouteRule rule =
          steps == 0 ? search::optical_first(state->block_side, classes)
                     : search::searched_order(search::lifted(*state), classes, steps,
                                              static_cast<std::uint64_t>(scenario_.simulation.seed));
      return search::routed(*state, rule);
    };
    const auto given = static_cast<int>(scenario_.routing.classes);
    auto routed = with_classes(given);
    if (routed) return AnyRouting(std::move(routed->routing));
    for (int classes = given + 1; classes <= kMostClasses; ++classes)
      if (with_classes(classes))
        return Error{scenario_.where("routing.classes"), fmt::format("found {}: {}", given, routed.error().message()),
                     fmt::format("at least {}", classes)};
    return at_key(scenario_, "routing.classes", routed.error());
  }

  const Scenario& scenario_;
  const Subject& subject_;
  net::routing::PathSurvey::Part part_;
};

/// The dateline rule that makes the routing deadlock-free with the fewest virtual channels, as text; empty if none
/// does.
std::string remedy_of(Scenario scenario, const Subject& subject) {
  std::string remedy;
  int fewest = 0;
  for (const Choice<DatelineRule>& rule : kChoices<DatelineRule>) {
    scenario.routing.dateline = rule.value;
    const auto routing = build_routing(scenario, subject);
    if (!routing) continue;
    std::visit(
        [&](const auto& each) {
          if (!remedy.empty() && each.vc_classes() >= fewest) return;
          if (!net::routing::check_deadlock(subject.network, each).deadlock_free()) return;
          fewest = each.vc_classes();
          remedy = fmt::format("routing.dateline = \"{}\" with {} virtual channels", rule.name, fewest);
        },
        *routing);
  }
  return remedy;
}

}  // namespace

Result<AnyRouting> build_routing(const Scenario& scenario, const Subject& subject, const net::workload::Watch& watch) {
  return Builder(scenario, subject, watch).build();
}

Result<void> check_routing(const Scenario& scenario, const Subject& subject, const AnyRouting& routing,
                           const RoutingFacts& facts) {
  const bool waits = level_of(scenario) != Level::flow;  // flows have no virtual channels and wait for no buffers
  if (waits && facts.vc_classes > scenario.routing.vcs)
    return Error{scenario.where("routing.vcs"), fmt::format("found {}", scenario.routing.vcs),
                 fmt::format("at least the {} classes of this routing", facts.vc_classes)};
  if (waits && !facts.cycle.empty() && !scenario.routing.allow_deadlock)
    return Error{
        scenario.where("routing.algorithm"),
        fmt::format("{} on {} can deadlock: {}", facts.name, subject.network.name(), facts.cycle),
        (facts.remedy.empty() ? "a deadlock-free routing" : facts.remedy) + ", or routing.allow_deadlock = true"};
  return check_tables(scenario, subject, routing);
}

Result<void> check_tables(const Scenario& scenario, const Subject& subject, const AnyRouting& routing) {
  const int chips = subject.network.chip_count();
  if (std::holds_alternative<net::routing::TableRouting>(routing) && chips > kMostTableChips)
    return Error{scenario.where("routing.algorithm"), fmt::format("found the tables of {} chips", chips),
                 fmt::format("at most {}", kMostTableChips)};
  return {};
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
        RoutingFacts facts{each.name(),
                           each.vc_classes(),
                           static_cast<int>(scenario.routing.vcs),
                           found.vertices,
                           found.dependencies,
                           {},
                           {}};
        std::vector<std::string> cycle;
        for (const net::routing::ChannelClass& held : found.cycle)
          cycle.push_back(fmt::format("{} class {}", net::channel_name(subject.network, held.channel), held.vc_class));
        if (!cycle.empty()) cycle.push_back(cycle.front());
        facts.cycle = join(cycle, ", then ");
        if (!cycle.empty()) facts.remedy = remedy_of(scenario, subject);
        return facts;
      },
      routing);
}

}  // namespace vtpu::scenario
