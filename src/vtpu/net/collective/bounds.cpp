#include "vtpu/net/collective/bounds.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "vtpu/base/check.h"

namespace vtpu::net::collective {
namespace {

double bandwidth_of_chip(const AlphaBeta& machine) { return machine.links * machine.gbytes_per_s; }  // bytes/ns

}  // namespace

LowerBound lower_bound(Collective collective, const AlphaBeta& machine, std::uint64_t buffer_bytes) {
  if (machine.chips < 2) return {};
  const double whole = static_cast<double>(buffer_bytes) / bandwidth_of_chip(machine);
  const double but_one = whole * (machine.chips - 1) / machine.chips;
  LowerBound bound{.latency_ns = machine.diameter * machine.latency_ns, .bandwidth_ns = but_one};
  switch (collective) {
    case Collective::broadcast:
    case Collective::reduce: bound.bandwidth_ns = whole; break;
    case Collective::all_reduce: bound.bandwidth_ns = 2 * but_one; break;
    case Collective::all_to_all:
      if (machine.alltoall_rate > 0)
        bound.bandwidth_ns =
            std::max(but_one, static_cast<double>(buffer_bytes) / (machine.alltoall_rate * machine.gbytes_per_s));
      break;
    case Collective::reduce_scatter:
    case Collective::all_gather:
    case Collective::gather:
    case Collective::scatter: break;
    case Collective::sparse_exchange: VTPU_CHECK(false, "a sparse exchange is bounded by its items"); break;
  }
  return bound;
}

LowerBound lower_bound(const SparseExchange& items, const AlphaBeta& machine) {
  std::vector<std::uint64_t> sent(static_cast<std::size_t>(machine.chips), 0), received = sent;
  bool moves = false;
  for (const SparseItem& item : items) {
    if (item.source == item.destination) continue;
    moves = true;
    sent[static_cast<std::size_t>(item.source)] += item.bytes;
    received[static_cast<std::size_t>(item.destination)] += item.bytes;
  }
  if (!moves) return {};
  const std::uint64_t most =
      std::max(*std::max_element(sent.begin(), sent.end()), *std::max_element(received.begin(), received.end()));
  // An item need not go between the chips farthest apart, but it crosses at least one link.
  return {.latency_ns = machine.latency_ns, .bandwidth_ns = static_cast<double>(most) / bandwidth_of_chip(machine)};
}

int least_rounds(int chips, int ports) {
  int rounds = 0;
  for (std::int64_t reached = 1; reached < chips; reached *= ports + 1) ++rounds;
  return rounds;
}

}  // namespace vtpu::net::collective
