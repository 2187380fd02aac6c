#include "vtpu/net/packet/run_steady_state.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace vtpu::net::packet {

Result<void> check(const SteadyPlan& plan, const Network& network, const workload::Traffic& traffic) {
  if (traffic.chip_count() != network.chip_count())
    return Error{"traffic " + traffic.name(), "found " + std::to_string(traffic.chip_count()) + " chips",
                 std::to_string(network.chip_count()) + " as in " + network.name()};
  if (!(plan.offered > 0 && plan.offered <= network.port_count()))
    return Error{"offered", "found " + std::to_string(plan.offered),
                 "above 0 and at most " + std::to_string(network.port_count()) + ", one for each port"};
  if (plan.warm_up < 0) return Error{"warm_up", "found " + std::to_string(plan.warm_up), "at least 0 slots"};
  if (plan.measured < 20) return Error{"measured", "found " + std::to_string(plan.measured), "at least 20 slots"};
  return {};
}

Picoseconds packet_slot(const Network& network, const Config& config) {
  double fastest = 1e-9;
  for (const LinkModel& link : network.link_kinds()) fastest = std::max(fastest, link.bandwidth_gbytes_per_s);
  return std::max<Picoseconds>(1, std::llround(1000.0 / fastest * config.packet_bytes));
}

}  // namespace vtpu::net::packet
