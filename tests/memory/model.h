#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/memory/page_table.h"

// Shared by the tests of this folder: short forms for boxes, and a naive reference for the page table.
namespace vtpu::memory {

using phext::Axis;
using phext::PackedCoordinate;

/// The eleven numbers, library first.
using Numbers = std::array<std::uint32_t, PackedCoordinate::kAxes>;

inline PackedCoordinate packed(const Numbers& numbers) {
  PackedCoordinate c;
  for (std::size_t i = 0; i < numbers.size(); ++i) c = c.with(static_cast<Axis>(i), numbers[i]);
  return c;
}

inline std::uint32_t bit_of(Axis axis) { return 1u << (PackedCoordinate::kAxes - 1 - static_cast<std::size_t>(axis)); }

struct Side {
  Axis axis;
  std::uint32_t first;
  std::uint32_t cells;
};

/// A box over the named axes; the others are at `off`.
inline RegionSpec box(std::initializer_list<Side> sides, Layout layout, unsigned cell_log2 = 3, std::uint32_t off = 1) {
  RegionSpec spec;
  Numbers everywhere;
  everywhere.fill(off);
  spec.first = spec.last = packed(everywhere);
  for (const Side& side : sides) {
    spec.mask |= bit_of(side.axis);
    spec.first = spec.first.with(side.axis, side.first);
    spec.last = spec.last.with(side.axis, side.first + side.cells - 1);
  }
  spec.layout = layout;
  spec.cell_log2 = cell_log2;
  return spec;
}

/// Every coordinate of a small box, in order.
inline std::vector<PackedCoordinate> cells_of(const RegionSpec& spec) {
  std::vector<PackedCoordinate> all{spec.first};
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    const auto axis = static_cast<Axis>(i);
    std::vector<PackedCoordinate> more;
    for (const PackedCoordinate c : all)
      for (std::uint32_t x = spec.first.get(axis); x <= spec.last.get(axis); ++x) more.push_back(c.with(axis, x));
    all = std::move(more);
  }
  return all;
}

inline bool inside(const RegionSpec& spec, PackedCoordinate c) {
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    const auto axis = static_cast<Axis>(i);
    if (c.get(axis) < spec.first.get(axis) || c.get(axis) > spec.last.get(axis)) return false;
  }
  return true;
}

inline PackedCoordinate any_inside(const RegionSpec& spec, Random& random) {
  PackedCoordinate c = spec.first;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    const auto axis = static_cast<Axis>(i);
    c = c.with(axis, spec.first.get(axis) +
                         static_cast<std::uint32_t>(random.below(spec.last.get(axis) - spec.first.get(axis) + 1)));
  }
  return c;
}

/// The bytes of every written cell, by coordinate; all others are zero. Pages of sparse regions are a set of
/// coordinates whose column is a multiple of 64.
struct NaiveMemory {
  struct NaiveRegion {
    std::uint64_t handle = 0;
    RegionSpec spec;
    std::map<PackedCoordinate, std::vector<std::byte>> cells;
    std::map<PackedCoordinate, bool> pages;
  };
  std::map<std::uint64_t, NaiveRegion> regions;

  NaiveRegion* find(PackedCoordinate c) {
    for (auto& [handle, region] : regions)
      if (inside(region.spec, c)) return &region;
    return nullptr;
  }
  std::byte& byte(NaiveRegion& region, PackedCoordinate c, std::size_t k) {
    auto& cell = region.cells[c.with_flags(0)];
    cell.resize(std::size_t{1} << region.spec.cell_log2);
    return cell[k];
  }
  std::optional<PackedCoordinate> next_occupied(PackedCoordinate from, PackedCoordinate last) const {
    std::optional<PackedCoordinate> best;
    for (const auto& [handle, region] : regions)
      for (const auto& [c, bytes] : region.cells) {
        if (c < from || c > last || (best && *best < c)) continue;
        for (const std::byte b : bytes)
          if (b != std::byte{0}) best = c;
      }
    return best;
  }
};

/// A translation cache as one list per set, oldest first.
struct NaiveCache {
  struct Translation {
    std::uint64_t low, high;
    std::byte* base;
    std::uint64_t columns;
    std::uint64_t region;  // its handle
  };
  std::map<std::size_t, std::list<Translation>> sets;
  TranslationCounters counters;

  Translation* find(std::uint64_t low, std::uint64_t high) {
    for (Translation& t : sets[TranslationCache::set_of(low, high)])
      if (t.low == low && t.high == high) return &t;
    return nullptr;
  }
  void insert(const Translation& t) {
    if (Translation* same = find(t.low, t.high)) {
      *same = t;
      return;
    }
    auto& set = sets[TranslationCache::set_of(t.low, t.high)];
    if (set.size() == TranslationCache::kWays) set.pop_front(), ++counters.evictions;
    set.push_back(t);
  }
  void forget(std::uint64_t region) {
    for (auto& [index, set] : sets) set.remove_if([&](const Translation& t) { return t.region == region; });
  }
};

}  // namespace vtpu::memory
