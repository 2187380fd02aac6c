#pragma once
#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// Partners differ in one bit of one coordinate, so that all sides must be powers of two. Source: Thakur, Rabenseifner
/// and Gropp, "Optimization of collective communication operations in MPICH", IJHPCA 19(1), 2005.

bool sides_are_powers_of_two(const Shape& grid);

/// Blocks held double with each round; the farthest partner comes first, so that the most data goes the shortest way.
/// Run backwards it is recursive halving: nearest partner first, half of the data.
Schedule doubling_all_gather(const Shape& grid);

/// The whole buffer goes to a partner in each of log2 N rounds. A chip adds what arrives to what it sent in a new slot:
/// in place, a partner that is early would have its part sent back to it.
Schedule doubling_all_reduce(const Shape& grid);

}  // namespace vtpu::net::collective
