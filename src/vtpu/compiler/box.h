#pragma once
#include <cstdint>

#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler {

/// The box of coordinates that a tensor occupies, one cell per element. Both the box and the tensor's shape are
/// row-major, so elements keep their order.
struct Box {
  phext::PackedCoordinate first, last;
  std::uint32_t mask = 0;  ///< bit 0 the column … bit 10 the library
  unsigned cell_log2 = 0;
};

/// The tensor's dimensions must fit: each is at most 2048. The dimension of a one-dimensional tensor may be up to
/// 2048³; it continues in the next line and then in the next scroll.
Box box_of(const ir::Tensor& tensor);

}  // namespace vtpu::compiler
