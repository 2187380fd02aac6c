#pragma once
#include <string>
#include <variant>

#include "vtpu/base/result.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/e_cube.h"
#include "vtpu/net/routing/minimal_adaptive.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/routing/valiant.h"
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

/// Error: at the key: a routing that the topology does not support, that its faults do not allow, or that needs more
/// virtual channels than routing.vcs.
Result<AnyRouting> build_routing(const Scenario& scenario, const Subject& subject);

/// How ties are split, as stated in every report.
std::string ties_text(const Scenario& scenario, const Subject& subject, const AnyRouting& routing);

/// Facts of the routing, including a cycle of channel dependences if there is one.
RoutingFacts facts_of(const Scenario& scenario, const Subject& subject, const AnyRouting& routing);

}  // namespace vtpu::scenario
