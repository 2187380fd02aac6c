#pragma once
#include <vector>

#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// All chips of a torus in an order in which each is a neighbour of the one before it, and the first of the last: a
/// Hamiltonian cycle, which a product of rings always has. The order begins at chip 0. With two chips the cycle uses
/// the same link both ways.
///
/// A ring of k is added to a cycle of length M by traversing k rows of M, or M rows of k, each row once, forwards or
/// backwards. A row traversed forwards ends one position before its start; a row traversed backwards ends one position
/// after it. If the number of rows is even, half of them go forwards. If both numbers are odd, the larger one counts
/// the rows, and the forward rows outnumber the backward ones by the length of a row. In both cases the last row ends
/// at the position where the first began.
std::vector<int> closed_ring(const Shape& grid);

}  // namespace vtpu::net::collective
