#pragma once
#include <vector>

#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// All places of a torus in an order in which each is a neighbour of the one before it and the first one of the last: a
/// Hamiltonian cycle, which a product of rings always has. Begins at place 0. Two places are their own way back.
///
/// A ring of k is added to a cycle of M places by walking k rows of M, or M rows of k, each row once round, forwards or
/// backwards; a row walked forwards ends one place before its start, one walked backwards one place behind it. With an
/// even number of rows as many go either way; with both numbers odd, the longer counts the rows and the forward ones
/// are as many more as a row has places. Either way the last row ends where the first began.
std::vector<int> closed_ring(const Shape& grid);

}  // namespace vtpu::net::collective
