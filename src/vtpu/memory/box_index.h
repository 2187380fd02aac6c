#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "vtpu/memory/page_table.h"
#include "vtpu/phext/curves.h"
#include "vtpu/phext/packed.h"

namespace vtpu::memory {

using AnyCurve = std::variant<phext::RowMajor, phext::Morton, phext::Hilbert>;

/// The curve of a box's layout over the axes of its mask, outermost first. None for a sparse layout, sides that the
/// curve refuses, or more than 2^63 cells.
std::optional<AnyCurve> curve_of(const RegionSpec& spec);

/// Maps packed coordinates to the cells of one dense box. When all sides are powers of two and the layout is row-major
/// or Morton, a cell's index is a permutation of bits of the difference to the first corner. With BMI2, pext extracts
/// them: one subtraction, one test and one extraction per word. Other boxes, and hosts without BMI2, process the axes
/// one by one and call the curve.
class BoxIndex {
 public:
  /// The result of `find` outside the box.
  static constexpr std::uint64_t kOutside = ~std::uint64_t{0};
  enum class Form : std::uint8_t { fastest, portable };

  /// None when corners, mask and layout do not form a dense box.
  static std::optional<BoxIndex> make(const RegionSpec& spec, Form form = Form::fastest);

  std::uint64_t cells() const { return cells_; }
  /// Whether host instructions extract the bits.
  bool picks_bits() const { return method_ != Method::by_axis; }

  /// The index of a coordinate's cell, or kOutside. Flags are ignored.
  std::uint64_t find(const phext::PackedCoordinate& c) const;
  /// The indices of many coordinates, `absent` for those outside. Both spans have the same length.
  void find(std::span<const phext::PackedCoordinate> at, std::span<std::uint64_t> indices, std::uint64_t absent) const;
  /// The coordinate of the cell with that index, which is below cells().
  phext::PackedCoordinate coordinate(std::uint64_t index) const;

 private:
  using Bits = phext::PackedCoordinate::Bits;
  enum class Method : std::uint8_t { by_axis, in_order, permuted };
  /// Bits of a word of the difference, and the bits of the index that they become, in the same order.
  struct Segment {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
  };

  /// The data for extracting bits. A batch keeps a local copy, which no store can alias.
  struct Bitwise {
    Bits first = 0;
    Bits outside = 0;                 ///< bits of the difference that are 0 inside the box
    std::uint64_t low = 0, high = 0;  ///< in_order: the bits to extract from each word
    unsigned shift = 0;               ///< in_order: the position of the upper word's bits
    std::uint8_t low_segments = 0, segments = 0;
    std::array<Segment, 12> segment{};  ///< permuted: of the lower word, then of the upper; one axis lies in both

    template <Method kMethod>
    std::uint64_t find(Bits bits, std::uint64_t absent) const;
  };

  BoxIndex(const RegionSpec& spec, const AnyCurve& curve, Form form);
  void plan_bits();
  std::uint64_t find_by_axis(Bits bits, std::uint64_t absent) const;
  std::uint64_t find_one_by_bits(Bits bits) const;
  void find_all_by_bits(std::span<const phext::PackedCoordinate> at, std::span<std::uint64_t> indices,
                        std::uint64_t absent) const;

  Bitwise bits_;
  Method method_ = Method::by_axis;
  std::uint64_t cells_ = 0;
  Bits fixed_ = 0;  ///< the axes off the mask
  std::size_t dimensions_ = 0;
  struct Side {
    unsigned shift = 0;  ///< of the axis within the packed coordinate
    std::uint32_t first = 0;
    std::uint32_t cells = 1;
    std::uint64_t stride = 1;  ///< in row-major order
  };
  std::array<Side, phext::PackedCoordinate::kAxes> side_{};
  AnyCurve curve_;
};

}  // namespace vtpu::memory
