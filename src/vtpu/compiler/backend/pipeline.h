#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/loop_plan.h"
#include "vtpu/compiler/backend/wide_code.h"

namespace vtpu::compiler::backend {

/// Whether the slots of every word of the plan have an execution order and every displacement fits 32 bits.
bool can_expand(const Block& block, const LoopPlan& plan);

/// Appends a software-pipelined loop as blocks, in this order:
///
///     setup      sets the numbers of kernel passes and left-over iterations (computed if the trip count is unknown)
///     rest       the left-over iterations, first, as the plain loop
///     guard      skips the kernel if there are too few iterations (only if the trip count is unknown)
///     prologue   fills the pipeline
///     kernel     `factor` iterations per pass, closed by a dloop to itself
///     epilogue   drains the pipeline
///
/// Registers local to an iteration have copies that are used in turn, so that an iteration loads into other registers
/// than those that earlier iterations still use (double buffering, or more buffers for longer latencies).
/// `plain`: the loop's words as list-scheduled. Block targets are numbers in `wide`; the block after the loop is the
/// next one appended. Returns the number of the kernel's block.
std::uint32_t append_pipelined(const Block& block, const LoopPlan& plan, const WideBlock& plain,
                               const std::vector<Register>& live_out, WideCode& wide);

}  // namespace vtpu::compiler::backend
