#include "vtpu/net/routing/analysis.h"

#include <fmt/core.h>

#include "vtpu/base/check.h"
#include "vtpu/net/link_names.h"

namespace vtpu::net::routing {

double ideal_throughput(const Network& network, const IndexedVector<Channel, double>& expected_load) {
  const double usual = network.link_kinds().empty() ? 1 : network.link_kinds()[0].bandwidth_gbytes_per_s;
  double time = 0;  // of the busiest channel, for one flit per chip
  for (const Channel channel : network.channels()) {
    const double load = expected_load[channel];
    if (load > 0) time = std::max(time, load * usual / network.link(channel).bandwidth_gbytes_per_s);
  }
  VTPU_CHECK(time > 0, "an ideal throughput needs a loaded channel");
  return 1 / time;
}

std::string to_string(const DeadlockCheck& check, const Network& network) {
  if (check.deadlock_free())
    return fmt::format("deadlock-free: {} of {} channel classes, acyclic\n",
                       check.dependencies ? fmt::format("{} dependencies", *check.dependencies) : "dependencies",
                       check.vertices);
  std::string text;
  for (const ChannelClass& at : check.cycle)
    text += fmt::format("{} class {}, then\n", channel_name(network, at.channel), at.vc_class);
  return text + fmt::format("{} again\n", channel_name(network, check.cycle.front().channel));
}

}  // namespace vtpu::net::routing
