#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/compiler/backend/dependences.h"

namespace vtpu::compiler::backend {

/// The least number of iterations ≥ 0 after which access `late` overlaps the bytes of `early`; none if it never does.
/// References that are not known to be disjoint overlap at once.
std::optional<std::uint32_t> overlap_distance(const MemoryReference& early, const MemoryReference& late,
                                              std::uint32_t least);

/// Adds edges that keep the observable order of the block's loads, stores, allocations and messages.
void add_memory_edges(const Block& block, bool carried, std::vector<Dependence>& edges);

}  // namespace vtpu::compiler::backend
