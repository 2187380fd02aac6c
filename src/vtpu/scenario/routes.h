#pragma once
#include <string>
#include <variant>

#include "vtpu/base/result.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/e_cube.h"
#include "vtpu/net/routing/minimal_adaptive.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/routing/valiant.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/scenario/subject.h"
#include "vtpu/scenario/surviving.h"
#include "vtpu/search/lifted_routing.h"

namespace vtpu::scenario {

/// Every routing that a scenario can ask for. One more: its header, its place here, and a line in routes.cpp.
using AnyRouting = std::variant<net::routing::DimensionOrder, Avoiding<net::routing::DimensionOrder>,
                                net::routing::MinimalAdaptive, net::routing::Valiant, net::routing::ECube,
                                Avoiding<net::routing::ECube>, net::routing::TableRouting, search::LiftedRouting>;

/// Error: at the key: a routing that the topology does not have, that its faults do not allow, or that needs more
/// virtual channels than there are.
Result<AnyRouting> build_routing(const Scenario& scenario, const Subject& subject);

/// How half-way ties are split: for every output.
std::string ties_text(const Scenario& scenario, const Subject& subject, const AnyRouting& routing);

/// With the proof that it is free of deadlock, or a cycle, one line a channel.
RoutingFacts facts_of(const Scenario& scenario, const Subject& subject, const AnyRouting& routing);

}  // namespace vtpu::scenario
