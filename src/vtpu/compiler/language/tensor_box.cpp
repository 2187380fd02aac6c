#include "vtpu/compiler/language/tensor_box.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

namespace vtpu::compiler::language {
namespace {

constexpr std::int64_t kNumbers = phext::PackedCoordinate::kMax + 1;

std::size_t at(phext::Axis axis) { return static_cast<std::size_t>(axis); }

std::string too_large(std::size_t dimension, std::int64_t extent) {
  return fmt::format("dimension {} has {} elements", dimension, extent);
}

}  // namespace

bool TensorBox::overlaps(const TensorBox& other) const {
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const Side &a = sides[i], &b = other.sides[i];
    if (a.first + a.count <= b.first || b.first + b.count <= a.first) return false;
  }
  return true;
}

phext::Axis axis_of(const ir::Tensor& tensor, std::size_t dimension) {
  return static_cast<phext::Axis>(phext::PackedCoordinate::kAxes - tensor.shape.size() + dimension);
}

bool is_folded(const ir::Tensor& tensor) {
  return !tensor.sparse && tensor.shape.size() == 1 && tensor.shape[0] > kNumbers;
}

Result<TensorBox> tensor_box(const ir::Tensor& tensor) {
  TensorBox box;
  for (std::size_t i = 0; i < box.sides.size(); ++i)
    box.sides[i].first = tensor.origin.get(static_cast<phext::Axis>(i));
  if (is_folded(tensor)) {
    std::int64_t left = tensor.shape[0];
    for (const phext::Axis axis : {phext::Axis::column, phext::Axis::line, phext::Axis::scroll}) {
      TensorBox::Side& side = box.sides[at(axis)];
      side.count = std::min(left, kNumbers);
      left = (left + kNumbers - 1) / kNumbers;
      if (side.first + side.count > kNumbers)
        return Error{"", too_large(0, tensor.shape[0]),
                     fmt::format("at most {} after {} {}", kNumbers - side.first,
                                 axis == phext::Axis::column ? "column" : "line", side.first)};
    }
    if (left > 1) return Error{"", too_large(0, tensor.shape[0]), "at most 2^33"};
    return box;
  }
  for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
    TensorBox::Side& side = box.sides[at(axis_of(tensor, d))];
    side.count = tensor.shape[d];
    if (side.first + side.count > kNumbers)
      return Error{"", too_large(d, tensor.shape[d]), fmt::format("at most {}", kNumbers - side.first)};
  }
  return box;
}

}  // namespace vtpu::compiler::language
