#pragma once
#include "vtpu/base/result.h"
#include "vtpu/net/collective/chip_program.h"
#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

struct ScheduleOptions {
  int root = 0;  ///< root of broadcast, reduce, gather and scatter
  /// Pieces in which a broadcast or reduce along a ring or a binomial tree is pipelined (per direction of a
  /// bidirectional ring); also for the all-reduce by binomial tree.
  int pieces = 1;
};

/// A collective of all chips of a torus. Rings run along a closed ring through the whole torus. Error: a combination
/// that does not exist (with the algorithms of the collective); recursive doubling on sides that are not powers of two;
/// a root that is not a chip; fewer than one piece; more than 2^31 - 1 transfers or chunks, for which make_chip_program
/// exists; a sparse exchange, which is made from its items.
Result<Schedule> make_schedule(Collective collective, Algorithm algorithm, const Shape& grid,
                               const ScheduleOptions& options = {});

/// The same as a program of one chip, where all chips do the same: bucket, direct and dimension-wise for collectives
/// without a root, and rings on a grid with only one side above 1. Error: as above, or a schedule in which chips
/// differ.
Result<ChipProgram> make_chip_program(Collective collective, Algorithm algorithm, const Shape& grid);

}  // namespace vtpu::net::collective
