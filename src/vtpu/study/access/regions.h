#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vtpu/base/check.h"
#include "vtpu/exec/machine.h"

namespace vtpu::study::access {

/// The first coordinate of a region. Regions are one chapter apart. `region`: below 2048.
inline phext::PackedCoordinate first_of(std::uint32_t region) {
  return phext::PackedCoordinate().with(phext::Axis::chapter, region);
}

/// Allocates a row-major box of at least `bytes` bytes with cells of 8 bytes, and returns its zeroed memory as elements
/// of type T. An experiment shares this memory with the programs that it times. At most 2048³ cells and the machine's
/// quota (an invariant).
template <class T>
std::span<T> allocate(exec::Machine& machine, std::uint32_t region, std::size_t bytes) {
  constexpr std::size_t kSide = phext::PackedCoordinate::kMax + 1;  // cells of a line, lines of a scroll
  const std::size_t lines = (bytes + 8 * kSide - 1) / (8 * kSide), scrolls = (lines + kSide - 1) / kSide;
  memory::RegionSpec spec;
  spec.cell_log2 = 3;
  spec.mask = 7;  // scroll, line, column
  spec.first = first_of(region);
  spec.last = spec.first.with(phext::Axis::scroll, static_cast<std::uint32_t>(scrolls - 1))
                  .with(phext::Axis::line, static_cast<std::uint32_t>(std::min(lines, kSide) - 1))
                  .with(phext::Axis::column, kSide - 1);
  VTPU_CHECK(!machine.memory().allocate(spec).fault, "the allocation is within the quota");
  const auto cell = machine.memory().peek(spec.first);
  // The box begins at its first cell. It belongs to the machine, which is not const.
  return {reinterpret_cast<T*>(const_cast<std::byte*>(cell.data())), bytes / sizeof(T)};
}

}  // namespace vtpu::study::access
