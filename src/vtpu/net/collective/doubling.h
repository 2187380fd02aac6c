#pragma once
#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// Partners differ in one bit of one coordinate; all sides must therefore be powers of two. Source: Thakur,
/// Rabenseifner and Gropp, "Optimization of collective communication operations in MPICH", IJHPCA 19(1), 2005.

bool sides_are_powers_of_two(const Shape& grid);

/// The number of blocks that a chip holds doubles with each round. The farthest partner comes first, so that the
/// largest messages take the shortest paths. Run backwards it is recursive halving: nearest partner first, with half of
/// the data.
Schedule doubling_all_gather(const Shape& grid);

/// The whole buffer goes to a partner in each of log2 N rounds. A chip adds what arrives to what it sent, in a new
/// slot. In place, a partner that is ahead would be sent its own part back.
Schedule doubling_all_reduce(const Shape& grid);

}  // namespace vtpu::net::collective
