#pragma once
#include <cstdint>

#include "vtpu/compiler/ir/ir.h"
#include "vtpu/compiler/machine_model.h"

namespace vtpu::compiler::passes {

// Each pass takes a valid module and leaves an equivalent valid one. Results are bit-identical, except where a pass is
// documented to split reorderable float reductions.

/// Folds constant integers, removes common subexpressions and dead code, and hoists loop-invariant values (including
/// loads, if nothing in the loop writes their tensor and the loop runs at least once).
void simplify(ir::Module& module);

/// Whether reductions that the vectorizer may take are unrolled, too; not before it has run.
enum class Reductions : std::uint8_t { kept, unrolled };
/// Fully unrolls innermost loops with at most `kFullUnroll` iterations and `kFullUnrollOps` ops, and every loop of one
/// iteration.
inline constexpr std::int64_t kFullUnroll = 32;
inline constexpr std::size_t kFullUnrollOps = 200;
void unroll_fully(ir::Module& module, Reductions reductions);

/// Unroll-and-jam: runs two or four iterations of a loop around innermost loops together. A load that their inner loops
/// share is done once, an inner loop is entered once for all of them, and the latencies of the scalars that one inner
/// loop leaves to the next overlap, as long as the data are near. The iterations must write to places that no other
/// iteration touches.
void jam(ir::Module& module, const MachineModel& machine);

/// Contracts product and sum into one op in reorderable float sums; this saves one rounding.
void contract(ir::Module& module);

/// Turns innermost loops into vector loops of 64 or 32 bytes, whichever takes fewer cycles by the port map, followed by
/// a scalar loop for the remaining iterations. Splits reorderable reductions into one partial result per lane.
void vectorize(ir::Module& module, const MachineModel& machine);

/// Unrolls innermost loops so that loop control costs little and reorderable reductions have enough partial results to
/// hide the latency of their op. The source can request another factor.
void unroll(ir::Module& module, const MachineModel& machine);

/// Prefetches loads and stores if the data of a loop nest exceed the nearer caches. The distance is the latency of the
/// level that will serve them: ahead along the innermost dimension or, if a row ends before that, in the next
/// iterations of the enclosing loop. For a load through an index that is itself loaded in order, the place for a later
/// index is prefetched.
void insert_prefetches(ir::Module& module, const MachineModel& machine);

/// Replaces a > b ? a : b by max and a < b ? a : b by min. This shortens a chain from two ops to one.
void choose_by_extrema(ir::Module& module);

/// Replaces m ? x : 0 in an innermost loop by x & (m ? -1 : 0) if the loop does not change m or makes several such
/// choices by it. A choice brings its mask to the vector unit each time; the second operand is made once.
void clear_lanes_by_masks(ir::Module& module);

/// Moves the float scalars of innermost loops into vector registers, with the scalar in every lane: every f32, and every
/// f64 of a loop that carries one and writes none. A float in an r-register costs a transfer to the host's vector unit
/// and back for every op.
void spread_floats(ir::Module& module);

/// Moves constants and other cheap values back into an innermost loop that is short of registers.
void relieve_registers(ir::Module& module);

}  // namespace vtpu::compiler::passes
