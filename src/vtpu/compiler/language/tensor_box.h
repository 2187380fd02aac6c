#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::language {

/// The coordinates that a tensor takes: by axis, the first number and how many.
struct TensorBox {
  struct Side {
    std::int64_t first = 0, count = 1;
  };
  std::array<Side, phext::PackedCoordinate::kAxes> sides;

  bool meets(const TensorBox& other) const;
};

/// Error: the dimension that does not fit, and how large it may be. `shape` and `origin` are looked at; a tensor has at
/// most 11 dimensions, each at least 1.
Result<TensorBox> tensor_box(const ir::Tensor& tensor);

/// The axis along which a dimension lies: the last along the columns.
phext::Axis axis_of(const ir::Tensor& tensor, std::size_t dimension);

/// Whether a tensor of one dimension goes on in further lines, 2048 elements each.
bool is_folded(const ir::Tensor& tensor);

}  // namespace vtpu::compiler::language
