#include "vtpu/memory/box_index.h"

#include <immintrin.h>

#include <bit>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/memory/region.h"

namespace vtpu::memory {
namespace {

using phext::PackedCoordinate;

constexpr PackedCoordinate::Bits kValue =
    (static_cast<PackedCoordinate::Bits>(1) << (PackedCoordinate::kAxes * PackedCoordinate::kAxisBits)) - 1;

unsigned shift_of(std::size_t axis) {
  return static_cast<unsigned>(PackedCoordinate::kAxes - 1 - axis) * PackedCoordinate::kAxisBits;
}
std::uint64_t low_word(PackedCoordinate::Bits bits) { return static_cast<std::uint64_t>(bits); }
std::uint64_t high_word(PackedCoordinate::Bits bits) { return static_cast<std::uint64_t>(bits >> 64); }

}  // namespace

std::optional<AnyCurve> curve_of(const RegionSpec& spec) {
  std::vector<std::uint32_t> sides;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    const auto axis = static_cast<phext::Axis>(i);
    if (spec.on_mask(i)) sides.push_back(spec.last.get(axis) - spec.first.get(axis) + 1);
  }
  const auto wrapped = [](auto curve) -> std::optional<AnyCurve> {
    if (!curve) return {};
    return *curve;
  };
  switch (spec.layout) {
    case Layout::row_major: return wrapped(phext::RowMajor::make(sides));
    case Layout::morton: return wrapped(phext::Morton::make(sides));
    case Layout::hilbert: return wrapped(phext::Hilbert::make(sides));
    case Layout::sparse: break;
  }
  return {};
}

std::optional<BoxIndex> BoxIndex::make(const RegionSpec& spec, Form form) {
  if (!is_box(spec)) return {};
  const auto curve = curve_of(spec);
  if (!curve) return {};
  return BoxIndex(spec, *curve, form);
}

BoxIndex::BoxIndex(const RegionSpec& spec, const AnyCurve& curve, Form form) : fixed_(kValue), curve_(curve) {
  bits_.first = spec.first.bits() & kValue;
  cells_ = std::visit([](const auto& c) { return c.cells(); }, curve_);
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    if (!spec.on_mask(i)) continue;
    const auto axis = static_cast<phext::Axis>(i);
    fixed_ &= ~(static_cast<Bits>(PackedCoordinate::kMax) << shift_of(i));
    side_[dimensions_++] = {shift_of(i), spec.first.get(axis), spec.last.get(axis) - spec.first.get(axis) + 1, 1};
  }
  for (std::size_t d = dimensions_; d-- > 1;) side_[d - 1].stride = side_[d].stride * side_[d].cells;
  if (form == Form::fastest && __builtin_cpu_supports("bmi2") != 0) plan_bits();
}

/// Determines from the curve the position of each bit of each axis, and groups the bits into the fewest segments that
/// keep their order.
void BoxIndex::plan_bits() {
  if (std::holds_alternative<phext::Hilbert>(curve_)) return;  // not a permutation: its bits depend on each other
  for (std::size_t d = 0; d < dimensions_; ++d)
    if (!std::has_single_bit(side_[d].cells)) return;
  Bits inside = 0;
  for (const bool upper : {false, true}) {
    const std::size_t from_segment = bits_.segments;
    for (std::size_t d = dimensions_; d-- > 0;)  // the innermost axis has the lowest bits
      for (unsigned bit = 0; bit < static_cast<unsigned>(std::countr_zero(side_[d].cells)); ++bit) {
        const unsigned place = side_[d].shift + bit;
        if ((place >= 64) != upper) continue;
        phext::Point unit{};
        unit[d] = std::uint32_t{1} << bit;
        const std::uint64_t to = std::visit([&](const auto& curve) { return curve.index(unit); }, curve_);
        std::size_t segment = from_segment;
        while (segment < bits_.segments && bits_.segment[segment].to > to) ++segment;
        if (segment == bits_.segments) ++bits_.segments;
        bits_.segment[segment].from |= std::uint64_t{1} << place % 64;
        bits_.segment[segment].to |= to;
        inside |= static_cast<Bits>(1) << place;
      }
    if (!upper) bits_.low_segments = bits_.segments;
  }
  bits_.outside = kValue & ~inside;  // flags are ignored
  method_ = Method::permuted;
  if (std::holds_alternative<phext::RowMajor>(curve_)) {
    method_ = Method::in_order;
    bits_.low = low_word(inside);
    bits_.high = high_word(inside);
    bits_.shift = static_cast<unsigned>(std::popcount(bits_.low));
  }
}

std::uint64_t BoxIndex::find_by_axis(Bits bits, std::uint64_t absent) const {
  if (((bits ^ bits_.first) & fixed_) != 0) return absent;
  phext::Point point{};
  std::uint64_t sum = 0;
  for (std::size_t d = 0; d < dimensions_; ++d) {
    const std::uint32_t x =
        (static_cast<std::uint32_t>(bits >> side_[d].shift) & PackedCoordinate::kMax) - side_[d].first;
    if (x >= side_[d].cells) return absent;
    point[d] = x;
    sum += x * side_[d].stride;
  }
  if (std::holds_alternative<phext::RowMajor>(curve_)) return sum;
  return std::visit([&](const auto& curve) { return curve.index(point); }, curve_);
}

/// One subtraction takes the corner from all axes at once. Only an axis below its corner borrows. The lowest such axis
/// wraps to 2048 + x − first ≥ its side, since first + side ≤ 2048, which sets a bit of `outside`.
template <BoxIndex::Method kMethod>
__attribute__((target("bmi2"), always_inline)) inline std::uint64_t BoxIndex::Bitwise::find(
    Bits bits, std::uint64_t absent) const {
  const Bits difference = bits - first;
  std::uint64_t index = 0;
  if constexpr (kMethod == Method::in_order) {
    // A shift by 64 would act as a shift by 0, but then the upper word has no bits to move, since an index has at most
    // 63.
    index = _pext_u64(low_word(difference), low) | _pext_u64(high_word(difference), high) << (shift & 63);
  } else {
    for (std::size_t i = 0; i < low_segments; ++i)
      index |= _pdep_u64(_pext_u64(low_word(difference), segment[i].from), segment[i].to);
    for (std::size_t i = low_segments; i < segments; ++i)
      index |= _pdep_u64(_pext_u64(high_word(difference), segment[i].from), segment[i].to);
  }
  return (difference & outside) == 0 ? index : absent;
}

__attribute__((target("bmi2"))) std::uint64_t BoxIndex::find_one_by_bits(Bits bits) const {
  return method_ == Method::in_order ? bits_.find<Method::in_order>(bits, kOutside)
                                     : bits_.find<Method::permuted>(bits, kOutside);
}

__attribute__((target("bmi2"))) void BoxIndex::find_all_by_bits(std::span<const PackedCoordinate> at,
                                                                std::span<std::uint64_t> indices,
                                                                std::uint64_t absent) const {
  const Bitwise plan = bits_;
  if (method_ == Method::in_order)
    for (std::size_t i = 0; i < at.size(); ++i) indices[i] = plan.find<Method::in_order>(at[i].bits(), absent);
  else
    for (std::size_t i = 0; i < at.size(); ++i) indices[i] = plan.find<Method::permuted>(at[i].bits(), absent);
}

std::uint64_t BoxIndex::find(const PackedCoordinate& c) const {
  return picks_bits() ? find_one_by_bits(c.bits()) : find_by_axis(c.bits(), kOutside);
}

void BoxIndex::find(std::span<const PackedCoordinate> at, std::span<std::uint64_t> indices,
                    std::uint64_t absent) const {
  VTPU_CHECK(at.size() == indices.size(), "a batch has as many indices as coordinates");
  if (picks_bits()) return find_all_by_bits(at, indices, absent);
  for (std::size_t i = 0; i < at.size(); ++i) indices[i] = find_by_axis(at[i].bits(), absent);
}

PackedCoordinate BoxIndex::coordinate(std::uint64_t index) const {
  const phext::Point point = std::visit([&](const auto& curve) { return curve.point(index); }, curve_);
  Bits bits = bits_.first;
  for (std::size_t d = 0; d < dimensions_; ++d) bits += static_cast<Bits>(point[d]) << side_[d].shift;
  return PackedCoordinate::from_bits(bits);
}

}  // namespace vtpu::memory
