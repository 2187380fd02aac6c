#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/dependences.h"
#include "vtpu/compiler/backend/wide_code.h"

namespace vtpu::compiler::backend {

/// The word in which each op of a block stands; the exit, where there is one, is the last.
struct Placement {
  std::vector<std::uint32_t> word_of;
  std::uint32_t words = 0;
  unsigned excess = 0;  ///< of a list schedule: registers needed beyond the machine's
};

/// Tier 0: one op a word, in order.
Placement place_one_op(const Block& block);

/// Tier 1: an op joins the word of the one before while its slot is free and it has no dependence on that word's ops.
Placement place_by_pipe(const Block& block, const Graph& graph);

/// Tier 2: word by word, of the ops that may stand there the one from which the longest chain of dependences hangs.
/// When a register file is nearly full, ops that would need one more register wait for those that give one up; where
/// that does not do, the ops' own order decides instead of the chains, if it needs fewer registers.
/// `live_out`: registers read behind the block, sorted.
Placement list_schedule(const Block& block, const Graph& graph, const std::vector<isa::File>& files,
                        const std::vector<Register>& live_out);

/// The words; displacements are corrected where an address has moved across the step of its index.
WideBlock make_wide(const Block& block, const Placement& placement, const std::vector<Induction>& inductions);

}  // namespace vtpu::compiler::backend
