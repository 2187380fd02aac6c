#pragma once
#include "vtpu/base/result.h"
#include "vtpu/net/collective/chip_program.h"
#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

struct ScheduleOptions {
  int root = 0;    ///< of broadcast, reduce, gather and scatter
  int pieces = 1;  ///< that a broadcast or reduce along a ring or a binomial tree is pipelined in (each way of a
                   ///< bidirectional ring); also of the all-reduce by binomial tree
};

/// A collective of all chips of a torus. Rings run along a closed ring through all of it. Error: a combination there is
/// not (with the algorithms of the collective); recursive doubling on sides that are no powers of two; a root that is
/// no chip; less than one piece; more transfers or chunks than 2^31 - 1, for which there are programs of one chip; a
/// sparse exchange, which is made from its items.
Result<Schedule> make_schedule(Collective collective, Algorithm algorithm, const Shape& grid,
                               const ScheduleOptions& options = {});

/// The same as what one chip does, where all chips do alike: bucket, direct and dimension-wise of collectives without a
/// root, and rings on a grid with only one side above 1. Error: as above, or a schedule in which chips differ.
Result<ChipProgram> make_chip_program(Collective collective, Algorithm algorithm, const Shape& grid);

}  // namespace vtpu::net::collective
