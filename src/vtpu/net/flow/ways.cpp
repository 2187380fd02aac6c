#include "vtpu/net/flow/ways.h"

#include <fmt/core.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/check.h"

namespace vtpu::net {

int Ways::add(std::span<const Use> uses, double latency_ns) {
  VTPU_CHECK(!uses.empty(), "a way between two chips crosses a channel");
  uses_.insert(uses_.end(), uses.begin(), uses.end());
  first_.push_back(uses_.size());
  latency_.push_back(latency_ns);
  return size() - 1;
}

Result<void> check_messages(const Network& network, const Workload& workload) {
  const auto is_chip = [&](int node) { return node >= 0 && node < network.chip_count(); };
  const auto is_time = [](double ns) { return std::isfinite(ns) && ns >= 0; };
  for (int id = 0; id < workload.size(); ++id) {
    const Message& message = workload.message(id);
    const auto wrong = [&](const std::string& found, const std::string& expected) {
      return Error{fmt::format("message {} of '{}'", id, workload.name()), found, expected};
    };
    const auto no_chip = [&](const char* end, int node) {
      return wrong(fmt::format("found {} {}", end, node), fmt::format("a chip, 0 to {}", network.chip_count() - 1));
    };
    const auto no_time = [&](const char* what, double ns) {
      return wrong(fmt::format("found {} {}", what, ns), "nanoseconds, at least 0");
    };
    if (!is_chip(message.source)) return no_chip("source", message.source);
    if (!is_chip(message.destination)) return no_chip("destination", message.destination);
    if (!is_time(message.not_before_ns)) return no_time("not_before_ns", message.not_before_ns);
    if (!is_time(message.compute_ns)) return no_time("compute_ns", message.compute_ns);
  }
  return {};
}

std::vector<int> messages_by_source(const Network& network, const Workload& workload) {
  std::vector<std::size_t> next(static_cast<std::size_t>(network.chip_count()) + 1, 0);
  for (int id = 0; id < workload.size(); ++id) ++next[static_cast<std::size_t>(workload.message(id).source) + 1];
  for (std::size_t chip = 1; chip < next.size(); ++chip) next[chip] += next[chip - 1];
  std::vector<int> order(static_cast<std::size_t>(workload.size()));
  for (int id = 0; id < workload.size(); ++id)
    order[next[static_cast<std::size_t>(workload.message(id).source)]++] = id;
  return order;
}

}  // namespace vtpu::net
