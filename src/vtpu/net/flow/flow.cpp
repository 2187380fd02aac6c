#include "vtpu/net/flow/flow.h"

#include <fmt/core.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "vtpu/net/link_names.h"

namespace vtpu::net::flow {

Result<std::vector<double>> channel_capacities(const Network& network) {
  std::vector<double> capacities(static_cast<std::size_t>(network.channel_count()), 0.0);
  for (const Channel channel : network.channels()) {
    if (!network.attached(channel)) continue;
    const double bandwidth = network.link(channel).bandwidth_gbytes_per_s;  // 1 GB/s is 1 byte a nanosecond
    if (!std::isfinite(bandwidth) || bandwidth <= 0)
      return Error{fmt::format("{}: {}", network.name(), channel_name(network, channel)),
                   fmt::format("found a link of {} GB/s", bandwidth), "a bandwidth above 0"};
    capacities[static_cast<std::size_t>(channel.value())] = bandwidth;
  }
  return capacities;
}

}  // namespace vtpu::net::flow
