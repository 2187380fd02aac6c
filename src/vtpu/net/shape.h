#pragma once
#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace vtpu::net {

inline constexpr int kMaxDimensions = 6;

/// A place in a Shape: one coordinate per dimension, from 0; coordinates beyond the shape's dimensions are 0.
using Coordinates = std::array<int, kMaxDimensions>;

/// The sides of a box of chips or blocks: 1 to 6 dimensions, every side at least 1, at most 2^24 places. Places are
/// numbered with the last coordinate fastest, so that numbers rise in the order of chip addresses.
class Shape {
 public:
  /// Error: the side, counted from 1, that is not positive, or the limit that is exceeded.
  static Result<Shape> make(std::span<const int> sides);
  /// For constant sides, as in tests and examples. Invalid sides break an invariant.
  Shape(std::initializer_list<int> sides);

  int dimensions() const { return dimensions_; }
  int side(int dimension) const { return sides_[static_cast<std::size_t>(dimension)]; }
  int count() const { return count_; }
  int longest_side() const;

  /// Difference of the numbers of two places that differ by one in `dimension` only.
  int stride(int dimension) const { return strides_[static_cast<std::size_t>(dimension)]; }
  int index_of(const Coordinates& place) const;
  Coordinates coordinates_of(int index) const;
  int coordinate_of(int index, int dimension) const { return index / stride(dimension) % side(dimension); }

  bool operator==(const Shape&) const = default;

 private:
  Shape() = default;

  int dimensions_ = 0;
  int count_ = 1;
  std::array<int, kMaxDimensions> sides_{};
  std::array<int, kMaxDimensions> strides_{};
};

/// "4x4x8".
std::string to_string(const Shape& shape);

/// Parses "4x4x8". Error: the side that is not a positive number.
Result<Shape> parse_shape(std::string_view text);

}  // namespace vtpu::net
