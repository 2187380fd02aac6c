#pragma once
#include <array>

#include "vtpu/compiler/backend/dependences.h"

namespace vtpu::compiler::backend {

/// Ops of a loop body by slot, those left out of its kernel's rows not counted (`skipped`, places in the block).
std::array<unsigned, 3> slots_of(const Block& block, const std::vector<std::uint32_t>& skipped);

/// Lower bound on the initiation interval from slots (ResMII), in words, ≥ 1: the fullest slot.
/// Source: Rau, "Iterative modulo scheduling", MICRO-27, 1994.
unsigned res_mii(const std::array<unsigned, 3>& slots);

/// Lower bound on the initiation interval from recurrences (RecMII), in words, ≥ 1: over all cycles of dependences the
/// greatest delay over distance, rounded up. A cycle of total distance zero is a broken graph.
/// Source: as above; the bound by bisection, an interval being too short when some cycle's delay is beyond what its
/// distance gives (Bellman and Ford's test for positive cycles).
unsigned rec_mii(const Graph& graph);

}  // namespace vtpu::compiler::backend
