#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/compiler/backend/dependences.h"

namespace vtpu::compiler::backend {

/// The least number of iterations ≥ 0 after which an access `late` meets the bytes of `early`; none where it never
/// does. References that are not known to be apart meet at once.
std::optional<std::uint32_t> meeting_distance(const MemoryReference& early, const MemoryReference& late,
                                              std::uint32_t least);

/// Adds the edges that keep loads, stores, allocations and messages of a block in an order nobody can tell from theirs.
void add_memory_edges(const Block& block, bool carried, std::vector<Dependence>& edges);

}  // namespace vtpu::compiler::backend
