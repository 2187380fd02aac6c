#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vtpu/base/result.h"

namespace vtpu::phext {

inline constexpr std::size_t kMaxCurveDimensions = 11;

/// A cell of a box. A curve reads the first `dimensions()` numbers; the others are 0.
using Point = std::array<std::uint32_t, kMaxCurveDimensions>;

/// A bijection between the cells of a box and the numbers 0 to cells() − 1. Both directions take a few operations per
/// bit of the index and allocate nothing, so a page table can compute them on each access. `index` takes a cell of the
/// box, `point` a number below cells(); anything else breaks an invariant.
template <class T>
concept Curve = requires(const T& curve, const Point& point, std::uint64_t index) {
  { curve.dimensions() } -> std::same_as<std::size_t>;
  { curve.cells() } -> std::same_as<std::uint64_t>;
  { curve.contains(point) } -> std::same_as<bool>;
  { curve.index(point) } -> std::same_as<std::uint64_t>;
  { curve.point(index) } -> std::same_as<Point>;
};

/// The box of a curve: 1 to 11 sides of at least one cell each, at most 2^63 cells in all.
class Box {
 public:
  /// Error: the number of sides, a side of 0, or the side at which 2^63 cells are passed.
  static Result<Box> make(std::span<const std::uint32_t> sides);

  std::size_t dimensions() const { return dimensions_; }
  std::uint64_t cells() const { return cells_; }
  std::uint32_t side(std::size_t dimension) const { return sides_[dimension]; }
  bool contains(const Point& point) const;

 private:
  std::size_t dimensions_ = 0;
  std::uint64_t cells_ = 1;
  Point sides_{};
};

/// The last dimension varies fastest. Sides have any length.
class RowMajor {
 public:
  /// Error: as `Box::make`.
  static Result<RowMajor> make(std::span<const std::uint32_t> sides);

  std::size_t dimensions() const { return box_.dimensions(); }
  std::uint64_t cells() const { return box_.cells(); }
  bool contains(const Point& point) const { return box_.contains(point); }
  std::uint64_t index(const Point& point) const;
  Point point(std::uint64_t index) const;

 private:
  explicit RowMajor(const Box& box) : box_(box) {}
  Box box_;
};

/// The order of the coordinates' bits in an index, the most significant first, for curves whose sides are powers of
/// two.
class BitOrder {
 public:
  void append(std::size_t dimension, unsigned bit);
  std::uint64_t gather(const Point& point) const;
  Point scatter(std::uint64_t index) const;

 private:
  std::array<std::uint8_t, 64> dimension_{};
  std::array<std::uint8_t, 64> bit_{};
  std::size_t size_ = 0;
};

/// Z-order: the bits of the coordinates interleaved, dimension 0 first at each level; a dimension without a bit at a
/// level is skipped, so that boxes with unequal sides are filled without holes. Sides are powers of two. Source:
/// Morton, "A computer oriented geodetic data base and a new technique in file sequencing", IBM, 1966.
class Morton {
 public:
  /// Error: as `Box::make`, or a side that is no power of two.
  static Result<Morton> make(std::span<const std::uint32_t> sides);

  std::size_t dimensions() const { return box_.dimensions(); }
  std::uint64_t cells() const { return box_.cells(); }
  bool contains(const Point& point) const { return box_.contains(point); }
  std::uint64_t index(const Point& point) const;
  Point point(std::uint64_t index) const;

 private:
  explicit Morton(const Box& box) : box_(box) {}
  Box box_;
  BitOrder order_;
};

/// One cube size of a Hilbert curve: the dimensions that still have bits, and which of their bits this size uses.
struct CubeStage {
  std::array<std::uint8_t, kMaxCurveDimensions> axes{};
  std::size_t count = 0;
  unsigned low_bit = 0;
  unsigned bits = 0;
};

/// The Hilbert curve: consecutive cells differ by one step on one axis. Sides are powers of two. A box with unequal
/// sides is divided into cubes with its shortest side above 1. A Hilbert curve fills each cube, and the cubes follow
/// the curve of the box with one cell per cube. This is still a bijection without holes, but the curve may jump between
/// cubes. Source: Skilling, "Programming the Hilbert curve", AIP Conference Proceedings 707, 2004.
class Hilbert {
 public:
  /// Error: as `Morton::make`.
  static Result<Hilbert> make(std::span<const std::uint32_t> sides);

  std::size_t dimensions() const { return box_.dimensions(); }
  std::uint64_t cells() const { return box_.cells(); }
  bool contains(const Point& point) const { return box_.contains(point); }
  std::uint64_t index(const Point& point) const;
  Point point(std::uint64_t index) const;

 private:
  explicit Hilbert(const Box& box) : box_(box) {}
  Box box_;
  std::array<CubeStage, kMaxCurveDimensions> stages_{};  // the smallest cubes first
  std::size_t stage_count_ = 0;
  BitOrder order_;
};

static_assert(Curve<RowMajor> && Curve<Morton> && Curve<Hilbert>);

}  // namespace vtpu::phext
