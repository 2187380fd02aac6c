#include "vtpu/net/workload/check_messages.h"

#include <fmt/core.h>

#include <string>

#include "vtpu/base/index_format.h"

namespace vtpu::net::workload {
namespace {

/// Eleven days: in picoseconds or cycles, the sum of several such times still fits 64 bits.
constexpr double kLatest = 1e15;

bool is_time(double ns) { return ns >= 0 && ns <= kLatest; }

}  // namespace

Result<void> check_messages(const Network& network, const Workload& workload) {
  const auto is_chip = [&](Chip node) { return node.valid() && node.value() < network.chip_count(); };
  for (int id = 0; id < workload.size(); ++id) {
    const Message& message = workload.message(id);
    const auto wrong = [&](const std::string& found, const std::string& expected) {
      return Error{fmt::format("message {} of '{}'", id, workload.name()), found, expected};
    };
    const auto no_chip = [&](const char* end, Chip node) {
      return wrong(fmt::format("found {} {}", end, node), fmt::format("a chip, 0 to {}", network.chip_count() - 1));
    };
    const auto no_time = [&](const char* what, double ns) {
      return wrong(fmt::format("found {} {}", what, ns),
                   ns > kLatest ? "nanoseconds, at most 10^15" : "nanoseconds, at least 0");
    };
    if (!is_chip(message.source)) return no_chip("source", message.source);
    if (!is_chip(message.destination)) return no_chip("destination", message.destination);
    if (!is_time(message.not_before_ns)) return no_time("not_before_ns", message.not_before_ns);
    if (!is_time(message.compute_ns)) return no_time("compute_ns", message.compute_ns);
  }
  return {};
}

}  // namespace vtpu::net::workload
