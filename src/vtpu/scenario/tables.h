#pragma once
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {

/// The routing table of a scenario: source, destination, next hop, hops, bandwidth, and the number of unreachable
/// pairs. Chips are given by name: with `from` alone all its destinations, with `to` the hops of one path, without
/// either all pairs. Error: see inspect; a chip that does not exist; too many rows to print.
Result<std::string> route_table_text(const Scenario& scenario, const std::string& from, const std::string& to);

}  // namespace vtpu::scenario
