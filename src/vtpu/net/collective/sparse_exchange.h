#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// `bytes` that lie at one chip and are wanted at another.
struct SparseItem {
  int source = 0;
  int destination = 0;
  std::uint64_t bytes = 0;
};

/// What moves in a sparse gather (from owners to those who asked) or a sparse scatter (the other way); nothing else
/// does.
using SparseExchange = std::vector<SparseItem>;

/// Chunk i is item i. Direct: a message for each pair of chips, all at once. Dimension-wise: items go along one
/// dimension after the other, the first dimension first, and those with the same next chip share a message. Error: an
/// item whose source or destination is no chip of the grid; an algorithm that the exchange does not have.
Result<Schedule> make_sparse_schedule(const SparseExchange& items, Algorithm algorithm, const Shape& grid);

}  // namespace vtpu::net::collective
