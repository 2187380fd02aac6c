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

/// The curve of a box's layout over the axes of its mask, outermost first. Nothing: a sparse layout, sides that the
/// curve refuses, more than 2^63 cells.
std::optional<AnyCurve> curve_of(const RegionSpec& spec);

/// From packed coordinates to the cells of one dense box. Where all sides are powers of two and the layout is row-major
/// or Morton, a cell's index is a permutation of some bits of the difference to the first corner; with BMI2 those are
/// picked by pext: one subtraction, one test and an extraction for each word. Any other box, and any host without BMI2,
/// takes its axes one by one and asks the curve.
class BoxIndex {
 public:
  /// What `find` answers outside the box.
  static constexpr std::uint64_t kOutside = ~std::uint64_t{0};
  enum class Form : std::uint8_t { fastest, portable };

  /// Nothing: corners, mask and layout that make no dense box.
  static std::optional<BoxIndex> make(const RegionSpec& spec, Form form = Form::fastest);

  std::uint64_t cells() const { return cells_; }
  /// Whether bits are picked by instructions of the host.
  bool picks_bits() const { return way_ != Way::by_axis; }

  /// The index of a coordinate's cell, or kOutside. Flags take no part.
  std::uint64_t find(const phext::PackedCoordinate& c) const;
  /// The indices of many, `absent` for those outside. Both spans are equally long.
  void find(std::span<const phext::PackedCoordinate> at, std::span<std::uint64_t> indices, std::uint64_t absent) const;
  /// The coordinate of the cell with that index, which is below cells().
  phext::PackedCoordinate coordinate(std::uint64_t index) const;

 private:
  using Bits = phext::PackedCoordinate::Bits;
  enum class Way : std::uint8_t { by_axis, in_order, permuted };
  /// Bits of a word of the difference, and the bits of the index that they become, in equal order.
  struct Segment {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
  };

  /// All that picking bits needs, in little: a batch keeps a copy that no store can change.
  struct Bitwise {
    Bits first = 0;
    Bits outside = 0;                 ///< bits of the difference that are 0 inside the box
    std::uint64_t low = 0, high = 0;  ///< in_order: the bits to pick of each word
    unsigned shift = 0;               ///< in_order: where the upper word's go
    std::uint8_t low_segments = 0, segments = 0;
    std::array<Segment, 12> segment{};  ///< permuted: of the lower word, then of the upper; an axis lies in both

    template <Way kWay>
    std::uint64_t find(Bits bits, std::uint64_t absent) const;
  };

  BoxIndex(const RegionSpec& spec, const AnyCurve& curve, Form form);
  void plan_bits();
  std::uint64_t find_by_axis(Bits bits, std::uint64_t absent) const;
  std::uint64_t find_one_by_bits(Bits bits) const;
  void find_all_by_bits(std::span<const phext::PackedCoordinate> at, std::span<std::uint64_t> indices,
                        std::uint64_t absent) const;

  Bitwise bits_;
  Way way_ = Way::by_axis;
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
