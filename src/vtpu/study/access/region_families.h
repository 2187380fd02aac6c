#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/memory/box.h"

// Families of boxes by which the index of regions is tested and timed. They are disjoint, except for few pairs of the
// last family: whoever uses it leaves out boxes that overlap others.
namespace vtpu::study::access {

using memory::Box;

struct RegionFamily {
  std::string name;
  std::vector<Box> (*make)(std::size_t count);
  bool disjoint = true;
};

namespace families {

using phext::Axis;
using phext::PackedCoordinate;

inline Box narrowed(Box box, Axis axis, std::uint32_t first, std::uint32_t last) {
  return {box.first.with(axis, first), box.last.with(axis, last)};
}
inline Box everything() {
  Box box;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i)
    box.last = box.last.with(static_cast<Axis>(i), PackedCoordinate::kMax);
  return box;
}
inline PackedCoordinate any_in(const Box& box, Random& random) {
  PackedCoordinate c = box.first;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    const auto axis = static_cast<Axis>(i);
    const std::uint32_t low = box.first.get(axis), high = box.last.get(axis);
    c = c.with(axis, low + static_cast<std::uint32_t>(random.below(high - low + 1)));
  }
  return c;
}
inline std::uint32_t number(std::size_t x) { return static_cast<std::uint32_t>(x); }

/// Rows of 16 columns in the order of the document: disjoint intervals of packed coordinates.
inline std::vector<Box> intervals(std::size_t count) {
  std::vector<Box> all;
  for (std::size_t i = 0; i < count; ++i) {
    const Box row = narrowed(narrowed(Box(), Axis::section, number(i / 131072), number(i / 131072)), Axis::line,
                             number(i / 64 % 2048), number(i / 64 % 2048));
    all.push_back(narrowed(row, Axis::column, number(i % 64 * 32), number(i % 64 * 32 + 15)));
  }
  return all;
}
/// All libraries at one line and column: every box has coordinates between those of every other.
inline std::vector<Box> interleaved(std::size_t count) {
  std::vector<Box> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(
        narrowed(narrowed(narrowed(Box(), Axis::library, 0, 2047), Axis::line, number(i / 2048), number(i / 2048)),
                 Axis::column, number(i % 2048), number(i % 2048)));
  return all;
}
/// Each interval of libraries lies within the previous one, on its own column; a thousand on each line.
inline std::vector<Box> nested(std::size_t count) {
  std::vector<Box> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(narrowed(narrowed(narrowed(Box(), Axis::library, number(i % 1000), number(2047 - i % 1000)),
                                    Axis::line, number(i / 1000), number(i / 1000)),
                           Axis::column, number(i % 1000), number(i % 1000)));
  return all;
}
/// Blocks of 8 × 8 × 8 cells along three axes.
inline std::vector<Box> blocks(std::size_t count) {
  std::vector<Box> all;
  std::size_t side = 1;
  while (side * side * side < count) ++side;
  for (std::size_t i = 0; i < count; ++i) {
    Box box;
    std::size_t rest = i;
    for (const Axis axis : {Axis::column, Axis::line, Axis::scroll}) {
      box = narrowed(box, axis, number(rest % side * 8), number(rest % side * 8 + 7));
      rest /= side;
    }
    all.push_back(box);
  }
  return all;
}
/// Boxes of one number along six of the eleven axes, drawn at random, and of all numbers along the other five: any two
/// share one of the six, and few pairs have equal numbers there and overlap. Every plane cuts about half of the boxes.
inline std::vector<Box> crossing(std::size_t count) {
  Random random(9);
  std::vector<std::size_t> axes(PackedCoordinate::kAxes);
  std::iota(axes.begin(), axes.end(), std::size_t{0});
  std::vector<Box> all;
  while (all.size() < count) {
    random.shuffle(axes);
    Box box = everything();
    for (std::size_t k = 0; k < 6; ++k) {
      const std::uint32_t at = number(random.below(2048));
      box = narrowed(box, static_cast<Axis>(axes[k]), at, at);
    }
    all.push_back(box);
  }
  return all;
}
/// The space divided at random planes, again and again.
inline std::vector<Box> divided(std::size_t count) {
  Random random(7);
  std::vector<Box> all{everything()};
  while (all.size() < count) {
    const std::size_t i = random.below(all.size());
    const auto axis = static_cast<Axis>(random.below(PackedCoordinate::kAxes));
    const std::uint32_t low = all[i].first.get(axis), high = all[i].last.get(axis);
    if (low == high) continue;
    const std::uint32_t plane = low + 1 + number(random.below(high - low));
    all.push_back(narrowed(all[i], axis, plane, high));
    all[i] = narrowed(all[i], axis, low, plane - 1);
  }
  return all;
}

}  // namespace families

inline const std::array<RegionFamily, 6> kRegionFamilies{{{"intervals", families::intervals},
                                                          {"interleaved", families::interleaved},
                                                          {"nested", families::nested},
                                                          {"blocks", families::blocks},
                                                          {"divided", families::divided},
                                                          {"crossing", families::crossing, false}}};

}  // namespace vtpu::study::access
