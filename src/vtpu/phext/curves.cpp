#include "vtpu/phext/curves.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>

#include "vtpu/base/check.h"

namespace vtpu::phext {
namespace {

constexpr std::uint64_t kMaxCells = std::uint64_t{1} << 63;
constexpr const char* kInside = "a curve is asked for a cell inside its box";
constexpr const char* kBelow = "a curve is asked for an index below its number of cells";

unsigned bits_of_side(std::uint32_t side) { return static_cast<unsigned>(std::countr_zero(side)); }

Result<Box> make_power_of_two_box(std::span<const std::uint32_t> sides) {
  Result<Box> box = Box::make(sides);
  if (!box) return box;
  for (std::size_t i = 0; i < sides.size(); ++i)
    if (!std::has_single_bit(sides[i]))
      return Error{fmt::format("side {}", i), fmt::format("found {}", sides[i]), "a power of two"};
  return box;
}

// Skilling's transform and its inverse. `x` holds either the coordinates of a cell in a cube with sides of 2^bits or
// the bits of its Hilbert index. The index takes bit b of x[0], x[1], …, from the highest b down.

/// Reflects or exchanges the lower bits, depending on bit `level` of axis `i`; its own inverse.
void turn(std::span<std::uint32_t> x, std::size_t i, std::uint32_t level) {
  const std::uint32_t below = level - 1;
  if (x[i] & level) {
    x[0] ^= below;
  } else {
    const std::uint32_t swapped = (x[0] ^ x[i]) & below;
    x[0] ^= swapped;
    x[i] ^= swapped;
  }
}

void cell_to_index_bits(std::span<std::uint32_t> x, unsigned bits) {
  const std::uint32_t top = std::uint32_t{1} << (bits - 1);
  for (std::uint32_t level = top; level > 1; level >>= 1)
    for (std::size_t i = 0; i < x.size(); ++i) turn(x, i, level);
  for (std::size_t i = 1; i < x.size(); ++i) x[i] ^= x[i - 1];
  std::uint32_t flips = 0;
  for (std::uint32_t level = top; level > 1; level >>= 1)
    if (x.back() & level) flips ^= level - 1;
  for (std::uint32_t& number : x) number ^= flips;
}

void index_bits_to_cell(std::span<std::uint32_t> x, unsigned bits) {
  const std::uint32_t top = std::uint32_t{1} << (bits - 1);
  const std::uint32_t carried = x.back() >> 1;
  for (std::size_t i = x.size() - 1; i > 0; --i) x[i] ^= x[i - 1];
  x[0] ^= carried;
  for (std::uint32_t level = 2; level <= top; level <<= 1)
    for (std::size_t i = x.size(); i-- > 0;) turn(x, i, level);
}

/// Applies `transform` in place to the bits that a stage uses.
template <class Transform>
void transform_stage(const CubeStage& stage, Point& point, Transform transform) {
  const std::uint32_t mask = static_cast<std::uint32_t>(((std::uint64_t{1} << stage.bits) - 1) << stage.low_bit);
  Point x{};
  for (std::size_t i = 0; i < stage.count; ++i) x[i] = (point[stage.axes[i]] & mask) >> stage.low_bit;
  transform(std::span(x).first(stage.count), stage.bits);
  for (std::size_t i = 0; i < stage.count; ++i)
    point[stage.axes[i]] = (point[stage.axes[i]] & ~mask) | (x[i] << stage.low_bit);
}

}  // namespace

Result<Box> Box::make(std::span<const std::uint32_t> sides) {
  if (sides.empty() || sides.size() > kMaxCurveDimensions)
    return Error{"", fmt::format("found a box of {} sides", sides.size()), fmt::format("1 to {}", kMaxCurveDimensions)};
  Box box;
  box.dimensions_ = sides.size();
  for (std::size_t i = 0; i < sides.size(); ++i) {
    if (sides[i] == 0) return Error{fmt::format("side {}", i), "found 0", "at least 1"};
    if (box.cells_ > kMaxCells / sides[i])
      return Error{fmt::format("side {}", i), "the box has more than 2^63 cells", "an index that fits 64 bits"};
    box.cells_ *= sides[i];
    box.sides_[i] = sides[i];
  }
  return box;
}

bool Box::contains(const Point& point) const {
  for (std::size_t i = 0; i < dimensions_; ++i)
    if (point[i] >= sides_[i]) return false;
  return true;
}

Result<RowMajor> RowMajor::make(std::span<const std::uint32_t> sides) {
  const Result<Box> box = Box::make(sides);
  if (!box) return box.error();
  return RowMajor(*box);
}

std::uint64_t RowMajor::index(const Point& point) const {
  VTPU_CHECK(contains(point), kInside);
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < dimensions(); ++i) index = index * box_.side(i) + point[i];
  return index;
}

Point RowMajor::point(std::uint64_t index) const {
  VTPU_CHECK(index < cells(), kBelow);
  Point point{};
  for (std::size_t i = dimensions(); i-- > 0; index /= box_.side(i))
    point[i] = static_cast<std::uint32_t>(index % box_.side(i));
  return point;
}

void BitOrder::append(std::size_t dimension, unsigned bit) {
  dimension_[size_] = static_cast<std::uint8_t>(dimension);
  bit_[size_] = static_cast<std::uint8_t>(bit);
  ++size_;
}

std::uint64_t BitOrder::gather(const Point& point) const {
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < size_; ++i) index = index << 1 | ((point[dimension_[i]] >> bit_[i]) & 1);
  return index;
}

Point BitOrder::scatter(std::uint64_t index) const {
  Point point{};
  for (std::size_t i = size_; i-- > 0; index >>= 1)
    point[dimension_[i]] |= static_cast<std::uint32_t>(index & 1) << bit_[i];
  return point;
}

Result<Morton> Morton::make(std::span<const std::uint32_t> sides) {
  const Result<Box> box = make_power_of_two_box(sides);
  if (!box) return box.error();
  Morton morton(*box);
  for (unsigned bit = 32; bit-- > 0;)
    for (std::size_t i = 0; i < sides.size(); ++i)
      if (bit < bits_of_side(sides[i])) morton.order_.append(i, bit);
  return morton;
}

std::uint64_t Morton::index(const Point& point) const {
  VTPU_CHECK(contains(point), kInside);
  return order_.gather(point);
}

Point Morton::point(std::uint64_t index) const {
  VTPU_CHECK(index < cells(), kBelow);
  return order_.scatter(index);
}

Result<Hilbert> Hilbert::make(std::span<const std::uint32_t> sides) {
  const Result<Box> box = make_power_of_two_box(sides);
  if (!box) return box.error();
  Hilbert hilbert(*box);
  unsigned taken = 0;
  while (true) {
    CubeStage stage;
    stage.low_bit = taken;
    unsigned shortest = 32;
    for (std::size_t i = 0; i < sides.size(); ++i) {
      if (bits_of_side(sides[i]) <= taken) continue;
      stage.axes[stage.count++] = static_cast<std::uint8_t>(i);
      shortest = std::min(shortest, bits_of_side(sides[i]));
    }
    if (stage.count == 0) break;
    stage.bits = shortest - taken;
    taken = shortest;
    hilbert.stages_[hilbert.stage_count_++] = stage;
  }
  for (std::size_t s = hilbert.stage_count_; s-- > 0;) {
    const CubeStage& stage = hilbert.stages_[s];
    for (unsigned bit = stage.bits; bit-- > 0;)
      for (std::size_t i = 0; i < stage.count; ++i) hilbert.order_.append(stage.axes[i], stage.low_bit + bit);
  }
  return hilbert;
}

std::uint64_t Hilbert::index(const Point& point) const {
  VTPU_CHECK(contains(point), kInside);
  Point bits = point;
  for (std::size_t s = 0; s < stage_count_; ++s) transform_stage(stages_[s], bits, cell_to_index_bits);
  return order_.gather(bits);
}

Point Hilbert::point(std::uint64_t index) const {
  VTPU_CHECK(index < cells(), kBelow);
  Point point = order_.scatter(index);
  for (std::size_t s = 0; s < stage_count_; ++s) transform_stage(stages_[s], point, index_bits_to_cell);
  return point;
}

}  // namespace vtpu::phext
