#include "vtpu/memory/box.h"

#include <algorithm>

namespace vtpu::memory {

using phext::Axis;
using phext::PackedCoordinate;

void Box::extend(const Box& other) {
  if (contains(other.first) && contains(other.last)) return;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    const auto axis = static_cast<Axis>(i);
    first = first.with(axis, std::min(first.get(axis), other.first.get(axis)));
    last = last.with(axis, std::max(last.get(axis), other.last.get(axis)));
  }
}

/// Numbers are kept up to the first that is outside its range, and the later axes restart at the corner.
std::optional<PackedCoordinate> Box::first_inside(PackedCoordinate from) const {
  PackedCoordinate at = from.with_flags(0);
  if (contains(at)) return at;
  const auto low = [&](std::size_t i) { return first.get(static_cast<Axis>(i)); };
  const auto high = [&](std::size_t i) { return last.get(static_cast<Axis>(i)); };
  const auto here = [&](std::size_t i) { return at.get(static_cast<Axis>(i)); };
  std::size_t i = 0;
  while (here(i) >= low(i) && here(i) <= high(i)) ++i;
  if (here(i) > high(i)) {  // carry into the nearest axis before it that has room
    while (i > 0 && here(i - 1) == high(i - 1)) --i;
    if (i == 0) return {};
    at = at.with(static_cast<Axis>(i - 1), here(i - 1) + 1);
  }
  for (; i < PackedCoordinate::kAxes; ++i) at = at.with(static_cast<Axis>(i), low(i));
  return at;
}

}  // namespace vtpu::memory
