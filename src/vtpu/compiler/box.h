#pragma once
#include <cstdint>

#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler {

/// The box of coordinates that a tensor takes, one cell an element. Row-major over it lies as row-major over the shape.
struct Box {
  phext::PackedCoordinate first, last;
  std::uint32_t mask = 0;  ///< bit 0 the column … bit 10 the library
  unsigned cell_log2 = 0;
};

/// Of a tensor whose dimensions fit: each at most 2048, but for a single one of at most 2048³, which goes on in lines
/// and scrolls.
Box box_of(const ir::Tensor& tensor);

}  // namespace vtpu::compiler
