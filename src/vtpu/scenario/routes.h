#pragma once
#include <string>
#include <variant>

#include "vtpu/base/result.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/e_cube.h"
#include "vtpu/net/routing/minimal_adaptive.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/routing/valiant.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/scenario/avoiding.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/scenario/subject.h"
#include "vtpu/search/lifted_routing.h"

namespace vtpu::scenario {

/// A routing of any kind. README.md lists the places to edit for one more.
using AnyRouting = std::variant<net::routing::DimensionOrder, Avoiding<net::routing::DimensionOrder>,
                                net::routing::MinimalAdaptive, net::routing::Valiant, net::routing::ECube,
                                Avoiding<net::routing::ECube>, net::routing::TableRouting, search::LiftedRouting>;

/// `watch`: of a long build, which it cannot stop. Error: at the key: a routing that the topology does not support,
/// that its faults do not allow, that needs more classes than routing.classes, or a network too large for it.
Result<AnyRouting> build_routing(const Scenario& scenario, const Subject& subject,
                                 const net::workload::Watch& watch = {});

/// How ties are split, as stated in every report.
std::string ties_text(const Scenario& scenario, const Subject& subject, const AnyRouting& routing);

/// Facts of the routing, including a cycle of channel dependences if there is one, and what would break it.
RoutingFacts facts_of(const Scenario& scenario, const Subject& subject, const AnyRouting& routing);

/// Whether packets may run on a routing with these facts. Error: at the key: more classes than virtual channels, with
/// the number that would do; a cycle, unless routing.allow_deadlock is set; a table too large to simulate.
Result<void> check_routing(const Scenario& scenario, const Subject& subject, const AnyRouting& routing,
                           const RoutingFacts& facts);

/// Whether packets may go to every chip. Error: at the key: tables of too many destinations.
Result<void> check_tables(const Scenario& scenario, const Subject& subject, const AnyRouting& routing);

}  // namespace vtpu::scenario
