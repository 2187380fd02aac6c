#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/dependences.h"
#include "vtpu/compiler/backend/wide_code.h"

namespace vtpu::compiler::backend {

/// The word of each op of a block. The exit, if any, is the last entry.
struct Placement {
  std::vector<std::uint32_t> word_of;
  std::uint32_t words = 0;
  unsigned excess = 0;  ///< of a list schedule: registers needed beyond the machine's
};

/// Tier 0: one op per word, in order.
Placement place_one_op(const Block& block);

/// Tier 1: an op joins the previous op's word if its slot is free and it does not depend on an op of that word.
Placement place_by_pipe(const Block& block, const Graph& graph);

/// Tier 2: list scheduling. Each word takes, among the ops that are ready, those with the longest chain of dependent
/// ops. When a register file is nearly full, ops that need another register wait for ops that free one. If registers
/// still run out, source order replaces the chain lengths, provided that it needs fewer registers. `live_out`:
/// registers read after the block, sorted.
Placement list_schedule(const Block& block, const Graph& graph, const std::vector<isa::File>& files,
                        const std::vector<Register>& live_out);

/// Builds the words. Displacements are corrected where an address has moved across the step of its index.
WideBlock make_wide(const Block& block, const Placement& placement, const std::vector<Induction>& inductions);

}  // namespace vtpu::compiler::backend
