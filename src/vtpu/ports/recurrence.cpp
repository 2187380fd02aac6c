#include <algorithm>
#include <limits>

#include "vtpu/isa/registers.h"
#include "vtpu/ports/port_model.h"

namespace vtpu::ports {
namespace {

// Nodes are registers: r, v, p, and the lanes of m.
constexpr std::size_t kV = 16, kP = 32, kM = 40, kNodes = 56, kLanes = 4;
constexpr double kNever = -std::numeric_limits<double>::infinity();

using Times = std::array<double, kNodes>;

template <class Visit>
void for_each_node(const isa::RegisterSet& set, Visit visit) {
  for (std::size_t k = 0; k < 16; ++k) {
    if (set.r >> k & 1) visit(k);
    if (set.v >> k & 1) visit(kV + k);
  }
  for (std::size_t k = 0; k < 8; ++k) {
    if (set.p >> k & 1) visit(kP + k);
  }
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t lane = 0; lane < kLanes && (set.m >> k & 1); ++lane) visit(kM + k * kLanes + lane);
  }
}

struct Dependence {
  std::vector<std::size_t> reads, writes;
  double latency = 0;
};

// An op that names a lane of a buffer reads or writes only that lane.
void keep_lane(std::vector<std::size_t>& nodes, std::size_t lane) {
  std::erase_if(nodes, [&](std::size_t node) { return node >= kM && (node - kM) % kLanes != lane; });
}

Dependence dependence_of(const PortMap& map, const isa::Op& op) {
  const isa::OpcodeInfo& row = isa::info(op.opcode);
  const isa::Uses uses = isa::uses_of(op);
  Dependence result;
  result.latency = map.latency_of(row.cost);
  for_each_node(uses.reads, [&](std::size_t node) { result.reads.push_back(node); });
  for_each_node(uses.writes, [&](std::size_t node) { result.writes.push_back(node); });
  const auto kinds = row.kinds();
  if (std::find(kinds.begin(), kinds.end(), isa::Kind::Lane4) != kinds.end()) {
    keep_lane(result.reads, op.mode);
    keep_lane(result.writes, op.mode);
    // The op overwrites the whole lane, so it does not read it.
    const auto written = [&](std::size_t node) {
      return node >= kM && std::find(result.writes.begin(), result.writes.end(), node) != result.writes.end();
    };
    std::erase_if(result.reads, written);
  }
  return result;
}

// The maximum mean weight of a cycle in the graph whose edge (s, d) has weight delay[d][s]. A register that no op
// writes has no edge but the one to itself, of weight 0: `written` lists the others.
double greatest_cycle_mean(const std::array<Times, kNodes>& delay, const std::vector<std::size_t>& written) {
  std::array<bool, kNodes> is_written{};
  for (const std::size_t node : written) is_written[node] = true;
  // longest[k][v]: maximum weight of any walk of k edges that ends in v. For all k ≥ 1, the walks that come to v from a
  // register that is not written have the same maximum.
  std::array<Times, kNodes + 1> longest;
  longest[0].fill(0);
  Times entering;
  entering.fill(kNever);
  for (const std::size_t to : written)
    for (std::size_t from = 0; from < kNodes; ++from)
      if (!is_written[from]) entering[to] = std::max(entering[to], delay[to][from]);
  for (std::size_t k = 1; k <= kNodes; ++k)
    for (const std::size_t to : written) {
      double most = entering[to];
      for (const std::size_t from : written) most = std::max(most, longest[k - 1][from] + delay[to][from]);
      longest[k][to] = most;
    }
  double greatest = 0;
  for (const std::size_t node : written) {
    if (longest[kNodes][node] == kNever) continue;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < kNodes; ++k) {
      if (longest[k][node] == kNever) continue;
      least = std::min(least, (longest[kNodes][node] - longest[k][node]) / static_cast<double>(kNodes - k));
    }
    greatest = std::max(greatest, least);
  }
  return greatest;
}

}  // namespace

double recurrence_bound(const PortMap& map, const isa::Program& program, Loop loop) {
  // delay[d][s]: from register s at the start of an iteration to register d at its end. All sources together, so that a
  // row is one vector.
  std::array<Times, kNodes> delay;
  for (std::size_t node = 0; node < kNodes; ++node) delay[node].fill(kNever), delay[node][node] = 0;
  std::array<bool, kNodes> is_written{};
  std::vector<std::pair<Dependence, Times>> ops;
  for (std::uint32_t at = loop.first; at <= loop.last; ++at) {
    ops.clear();
    for (const isa::Slot slot : {isa::Slot::D, isa::Slot::S, isa::Slot::C}) {
      const isa::Op& op = program.words[at].slot(slot);
      if (op.opcode == isa::Opcode::nop) continue;
      auto& [dependence, ready] = ops.emplace_back(dependence_of(map, op), Times{});
      ready.fill(kNever);
      for (const std::size_t node : dependence.reads)
        for (std::size_t source = 0; source < kNodes; ++source)
          ready[source] = std::max(ready[source], delay[node][source]);
    }
    for (const auto& [dependence, ready] : ops)  // all slots of a word read the state before it
      for (const std::size_t node : dependence.writes) {
        is_written[node] = true;
        for (std::size_t source = 0; source < kNodes; ++source)
          delay[node][source] = ready[source] + dependence.latency;
      }
  }
  std::vector<std::size_t> written;
  for (std::size_t node = 0; node < kNodes; ++node)
    if (is_written[node]) written.push_back(node);
  return greatest_cycle_mean(delay, written);
}

}  // namespace vtpu::ports
