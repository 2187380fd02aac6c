#include "vtpu/compiler/box.h"

#include <bit>

#include "vtpu/base/check.h"

namespace vtpu::compiler {

Box box_of(const ir::Tensor& tensor) {
  constexpr std::int64_t kSide = phext::PackedCoordinate::kMax + 1;
  constexpr std::size_t kColumn = phext::PackedCoordinate::kAxes - 1;
  std::vector<std::int64_t> sides = tensor.shape;
  if (sides.empty()) sides = {1};
  if (sides.size() == 1 && sides[0] > kSide) {
    const std::int64_t lines = (sides[0] + kSide - 1) / kSide;
    sides = lines > kSide ? std::vector<std::int64_t>{(lines + kSide - 1) / kSide, kSide, kSide}
                          : std::vector<std::int64_t>{lines, kSide};
  }
  VTPU_CHECK(sides.size() <= phext::PackedCoordinate::kAxes, "a tensor has at most one dimension per axis");
  Box box;
  box.first = box.last = tensor.origin;
  box.cell_log2 = static_cast<unsigned>(std::countr_zero(ir::size_of(tensor.element)));
  for (std::size_t k = 0; k < sides.size(); ++k) {
    const std::size_t below = sides.size() - 1 - k;  // axes between this one and the column
    const auto axis = static_cast<phext::Axis>(kColumn - below);
    const std::int64_t last = tensor.origin.get(axis) + sides[k] - 1;
    VTPU_CHECK(last < kSide, "a tensor's box ends within its axes");
    box.last = box.last.with(axis, static_cast<std::uint32_t>(last));
    box.mask |= std::uint32_t{1} << below;
  }
  return box;
}

}  // namespace vtpu::compiler
