#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// `bytes` that one chip holds and another chip needs.
struct SparseItem {
  int source = 0;
  int destination = 0;
  std::uint64_t bytes = 0;
};

/// All items that move in a sparse gather (from owners to requesters) or a sparse scatter (in the opposite direction).
using SparseExchange = std::vector<SparseItem>;

/// Chunk i is item i. Direct: one message for each pair of chips, all at once. Dimension-wise: items go along one
/// dimension after the other, the first dimension first, and items with the same next chip share a message. Error: an
/// item whose source or destination is not a chip of the grid; an algorithm that the exchange does not have.
Result<Schedule> make_sparse_schedule(const SparseExchange& items, Algorithm algorithm, const Shape& grid);

}  // namespace vtpu::net::collective
