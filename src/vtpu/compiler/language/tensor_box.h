#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::language {

/// The coordinates of a tensor: the first number and the count, by axis.
struct TensorBox {
  struct Side {
    std::int64_t first = 0, count = 1;
  };
  std::array<Side, phext::PackedCoordinate::kAxes> sides;

  bool overlaps(const TensorBox& other) const;
};

/// Error: a dimension that does not fit, and its maximum. Only `shape` and `origin` are used. A tensor has at most 11
/// dimensions, each at least 1.
Result<TensorBox> tensor_box(const ir::Tensor& tensor);

/// The axis of a dimension; the last dimension lies along the columns.
phext::Axis axis_of(const ir::Tensor& tensor, std::size_t dimension);

/// Whether a one-dimensional tensor continues in further lines of 2048 elements.
bool is_folded(const ir::Tensor& tensor);

}  // namespace vtpu::compiler::language
