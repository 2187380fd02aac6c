#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/loop_plan.h"
#include "vtpu/compiler/backend/wide_code.h"

namespace vtpu::compiler::backend {

/// Whether every word that the plan makes has an order of its slots, and every displacement its 32 bits.
bool can_expand(const Block& block, const LoopPlan& plan);

/// A software-pipelined loop as blocks, in this order:
///
///     setup      how many iterations the kernel takes, and how many are left over (at run time, where unknown before)
///     rest       the left-over iterations, first, as the plain loop
///     guard      past the kernel when too few iterations were asked for (where unknown before)
///     prologue   fills the pipeline
///     kernel     `factor` iterations a pass, closed by a dloop to itself
///     epilogue   drains it
///
/// Registers local to an iteration have copies, taken in turn: an iteration's loads go to other registers than those
/// that earlier iterations are still working on (double buffering, or as many buffers as latencies ask for).
/// `plain`: the loop's words as list-scheduled. Targets of the blocks are numbers in `wide`; the block behind the loop
/// is the next one appended. Returns the number of the kernel's block.
std::uint32_t append_pipelined(const Block& block, const LoopPlan& plan, const WideBlock& plain,
                               const std::vector<Register>& live_out, WideCode& wide);

}  // namespace vtpu::compiler::backend
