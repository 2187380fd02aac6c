#include "vtpu/net/allocation/boxes.h"

#include <algorithm>
#include <array>
#include <bit>

#include "vtpu/base/check.h"

namespace vtpu::net::allocation {
namespace {

constexpr int kMostBlocks = 64;

class Packer {
 public:
  Packer(const std::vector<BlockSet>& places, int steps)
      : size_(places.empty() ? 1 : std::popcount(places.front())), steps_(steps) {
    for (const BlockSet place : places)
      for (BlockSet rest = place; rest != 0; rest &= rest - 1)
        holding_[static_cast<std::size_t>(std::countr_zero(rest))].push_back(place);
  }

  Packing pack(BlockSet free) {
    go(free, 0);
    return {best_, steps_ > 0};
  }

 private:
  void go(BlockSet free, int placed) {
    best_ = std::max(best_, placed);
    while (free != 0 && steps_ > 0 && placed + std::popcount(free) / size_ > best_) {
      --steps_;
      const int lowest = std::countr_zero(free);
      for (const BlockSet place : holding_[static_cast<std::size_t>(lowest)])
        if ((place & ~free) == 0) {
          go(free & ~place, placed + 1);
          if (steps_ <= 0 || placed + std::popcount(free) / size_ <= best_) return;
        }
      free &= free - 1;
    }
  }

  int size_;
  int steps_;
  int best_ = 0;
  std::array<std::vector<BlockSet>, kMostBlocks> holding_;
};

}  // namespace

BlockSet all_blocks(const Shape& grid) {
  VTPU_CHECK(grid.count() <= kMostBlocks, "a set of blocks holds at most 64");
  return grid.count() == kMostBlocks ? ~BlockSet{0} : (BlockSet{1} << grid.count()) - 1;
}

std::vector<BlockSet> box_places(const Shape& grid, const Shape& box) {
  VTPU_CHECK(grid.dimensions() == 3 && box.dimensions() == 3 && grid.count() <= kMostBlocks,
             "boxes and grids have three sides and at most 64 blocks");
  std::array<int, 3> sides = {box.side(0), box.side(1), box.side(2)};
  std::sort(sides.begin(), sides.end());
  std::vector<BlockSet> places;
  do {
    if (sides[0] > grid.side(0) || sides[1] > grid.side(1) || sides[2] > grid.side(2)) continue;
    const Shape turned{sides[0], sides[1], sides[2]};
    for (int corner = 0; corner < grid.count(); ++corner) {
      BlockSet place = 0;
      for (int part = 0; part < turned.count(); ++part) {
        Coordinates at = grid.coordinates_of(corner);
        const Coordinates step = turned.coordinates_of(part);
        for (std::size_t d = 0; d < 3; ++d) at[d] = (at[d] + step[d]) % grid.side(static_cast<int>(d));
        place |= BlockSet{1} << grid.index_of(at);
      }
      places.push_back(place);
    }
  } while (std::next_permutation(sides.begin(), sides.end()));
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

Shape compact_box(const Shape& grid, int blocks) {
  Shape best{1, 1, blocks};
  int least = 0;
  for (int a = 1; a <= grid.longest_side(); ++a)
    for (int b = a; b <= grid.longest_side(); ++b) {
      const int c = blocks / (a * b);
      if (a * b * c != blocks || c < b) continue;
      const int surface = a * b + b * c + a * c;
      if ((least == 0 || surface < least) && !box_places(grid, {a, b, c}).empty()) {
        least = surface;
        best = {a, b, c};
      }
    }
  return best;
}

Packing most_boxes(const std::vector<BlockSet>& places, BlockSet free, int steps) {
  return Packer(places, steps).pack(free);
}

}  // namespace vtpu::net::allocation
