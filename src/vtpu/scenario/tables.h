#pragma once
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {

/// The routing table of a scenario: source, destination, next hop, hops, bandwidth, and what cannot be reached. Chips
/// by name: of `from` all destinations, with `to` the hops of one way; without either all pairs. Error: as of inspect;
/// a chip that does not exist; more rows than anyone reads.
Result<std::string> route_table_text(const Scenario& scenario, const std::string& from, const std::string& to);

}  // namespace vtpu::scenario
