#include "vtpu/net/flow/paths.h"

#include <cstddef>
#include <span>
#include <vector>

#include "vtpu/base/check.h"

namespace vtpu::net::flow {

int Paths::add(std::span<const Use> uses, double latency_ns) {
  VTPU_CHECK(!uses.empty(), "a path between two chips crosses a channel");
  uses_.insert(uses_.end(), uses.begin(), uses.end());
  first_.push_back(uses_.size());
  latency_.push_back(latency_ns);
  return size() - 1;
}

std::vector<int> messages_by_source(const Network& network, const workload::Workload& workload) {
  std::vector<std::size_t> next(static_cast<std::size_t>(network.chip_count()) + 1, 0);
  for (int id = 0; id < workload.size(); ++id)
    ++next[static_cast<std::size_t>(workload.message(id).source.value()) + 1];
  for (std::size_t chip = 1; chip < next.size(); ++chip) next[chip] += next[chip - 1];
  std::vector<int> order(static_cast<std::size_t>(workload.size()));
  for (int id = 0; id < workload.size(); ++id)
    order[next[static_cast<std::size_t>(workload.message(id).source.value())]++] = id;
  return order;
}

}  // namespace vtpu::net::flow
