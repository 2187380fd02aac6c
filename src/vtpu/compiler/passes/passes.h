#pragma once
#include <cstdint>

#include "vtpu/compiler/ir/ir.h"
#include "vtpu/compiler/machine_model.h"

namespace vtpu::compiler::passes {

// Each takes a module that verifies and leaves one that means the same: bit for bit, but for reorderable float
// reductions where a pass says that it splits them.

/// Folds constant integers, shares equal values, takes values out of loops that do not change there (loads too, where
/// nothing in the loop writes their tensor and the loop runs at least once), and drops what nobody reads.
void simplify(ir::Module& module);

/// Replaces innermost loops of few iterations by copies of their bodies: at most `kFullUnroll` iterations and
/// `kFullUnrollOps` ops.
inline constexpr std::int64_t kFullUnroll = 32;
inline constexpr std::size_t kFullUnrollOps = 200;
void unroll_fully(ir::Module& module);

/// Unroll-and-jam: two or four iterations of a loop around an innermost loop run together where their innermost loops
/// share a load, so that it is made once. Only loops whose iterations touch different places of what they write.
void jam(ir::Module& module);

/// Makes one op of the product and the sum in reorderable float sums: one rounding less.
void contract(ir::Module& module);

/// Turns innermost loops into vector loops of 64 or 32 bytes, whichever the port map takes fewer cycles for, with the
/// rest of the iterations in a scalar loop behind. Splits reorderable reductions into one partial result a lane.
void vectorize(ir::Module& module, const MachineModel& machine);

/// Copies the bodies of innermost loops so that the loop's own ops weigh little and, of reorderable reductions, enough
/// partial results are under way to hide the latency of their op; or as often as the source asks.
void unroll(ir::Module& module, const MachineModel& machine);

/// Asks for the lines of loads and stores early where the data of a loop nest exceed what the first levels hold, by the
/// latency of the level that will serve them: ahead along the innermost dimension, or, where a row ends before that, in
/// the next iterations of the loop around (the next dimension). Loads through an index that is itself loaded in order
/// have the place behind a later index asked for.
void insert_prefetches(ir::Module& module, const MachineModel& machine);

/// Makes a > b ? a : b the greater of the two, and a < b ? a : b the lesser: a chain of one op instead of two.
void choose_by_extrema(ir::Module& module);

/// Moves the f32 scalars of innermost loops into vector registers, the scalar in every lane: floats in r-registers have
/// to be carried to the host's vector unit and back by every op.
void spread_floats(ir::Module& module);

/// Moves constants and other cheap values that a crowded innermost loop gets from outside back into it.
void relieve_registers(ir::Module& module);

}  // namespace vtpu::compiler::passes
