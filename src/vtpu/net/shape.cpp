#include "vtpu/net/shape.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/text.h"

namespace vtpu::net {

Result<Shape> Shape::make(std::span<const int> sides) {
  constexpr int kMaxCount = 1 << 24;
  if (sides.empty() || sides.size() > kMaxDimensions)
    return Error{"shape", fmt::format("found {} dimensions", sides.size()), fmt::format("1 to {}", kMaxDimensions)};
  Shape shape;
  shape.dimensions_ = static_cast<int>(sides.size());
  for (std::size_t i = 0; i < sides.size(); ++i) {
    if (sides[i] < 1)
      return Error{fmt::format("shape, side {}", i + 1), fmt::format("found {}", sides[i]), "at least 1"};
    if (sides[i] > kMaxCount / shape.count_)
      return Error{fmt::format("shape, side {}", i + 1), fmt::format("found {}", sides[i]),
                   fmt::format("at most {} places in the box", kMaxCount)};
    shape.sides_[i] = sides[i];
    shape.count_ *= sides[i];
  }
  int stride = 1;
  for (std::size_t i = sides.size(); i-- > 0; stride *= sides[i]) shape.strides_[i] = stride;
  return shape;
}

Shape::Shape(std::initializer_list<int> sides) {
  const Result<Shape> made = make(std::span<const int>(sides.begin(), sides.size()));
  VTPU_CHECK(made.ok(), "the sides of a constant shape are valid");
  *this = *made;
}

int Shape::longest_side() const { return *std::max_element(sides_.begin(), sides_.end()); }

int Shape::index_of(const Coordinates& place) const {
  int index = 0;
  for (int d = 0; d < dimensions_; ++d) index += place[static_cast<std::size_t>(d)] * stride(d);
  return index;
}

Coordinates Shape::coordinates_of(int index) const {
  Coordinates place{};
  for (int d = 0; d < dimensions_; ++d) place[static_cast<std::size_t>(d)] = coordinate_of(index, d);
  return place;
}

std::string to_string(const Shape& shape) {
  std::string text;
  for (int d = 0; d < shape.dimensions(); ++d) text += fmt::format("{}{}", d > 0 ? "x" : "", shape.side(d));
  return text;
}

Result<Shape> parse_shape(std::string_view text) {
  std::vector<int> sides;
  for (const std::string_view piece : split(text, 'x')) {
    const std::string where = fmt::format("shape '{}', side {}", text, sides.size() + 1);
    const Result<std::int64_t> side = parse_integer(piece, where);
    if (!side) return side.error();
    if (*side < 1 || *side > 1 << 24) return Error{where, fmt::format("found {}", *side), "1 to 16777216"};
    sides.push_back(static_cast<int>(*side));
  }
  return Shape::make(sides);
}

}  // namespace vtpu::net
