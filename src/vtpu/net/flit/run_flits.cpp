#include "vtpu/net/flit/run_flits.h"

#include <fmt/core.h>

namespace vtpu::net::flit {

Result<double> flit_cycle_ns(const Network& network, int flit_bytes) {
  if (flit_bytes < 1) return Error{"bytes of a flit", fmt::format("found {}", flit_bytes), "a positive number"};
  if (network.link_kinds().empty()) return Error{network.name(), "no links", "a network with links"};
  const double bandwidth = network.link_kinds()[0].bandwidth_gbytes_per_s;  // bytes/ns
  for (const LinkModel& link : network.link_kinds())
    if (link.bandwidth_gbytes_per_s != bandwidth)
      return Error{network.name(), fmt::format("found links of {} and {} GB/s", bandwidth, link.bandwidth_gbytes_per_s),
                   "links of one bandwidth at flit level, where each carries one flit per cycle, or packet level"};
  if (!(bandwidth > 0)) return Error{network.name(), fmt::format("links of {} GB/s", bandwidth), "a positive number"};
  return flit_bytes / bandwidth;
}

}  // namespace vtpu::net::flit
