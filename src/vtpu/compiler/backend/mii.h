#pragma once
#include <array>

#include "vtpu/compiler/backend/dependences.h"

namespace vtpu::compiler::backend {

/// Number of ops of a loop body by slot. `skipped`: indices of ops that are not in the kernel's rows, not counted.
std::array<unsigned, 3> slots_of(const Block& block, const std::vector<std::uint32_t>& skipped);

/// Lower bound on the initiation interval from slots (ResMII), in words, ≥ 1: the number of ops in the fullest slot.
/// Source: Rau, "Iterative modulo scheduling", MICRO-27, 1994.
unsigned res_mii(const std::array<unsigned, 3>& slots);

/// Lower bound on the initiation interval from recurrences (RecMII), in words, ≥ 1: the maximum over all dependence
/// cycles of total delay / total distance, rounded up. A cycle of total distance zero is an invalid graph.
/// Source: as above. The bound is found by bisection: an interval is too short if some cycle's delay exceeds interval ×
/// distance (the test of Bellman and Ford for positive cycles).
unsigned rec_mii(const Graph& graph);

}  // namespace vtpu::compiler::backend
