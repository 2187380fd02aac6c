#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/net/shape.h"

/// Boxes of blocks on a grid of at most 64 blocks whose rows close into rings: the slices that a machine with fixed
/// cables between its blocks can offer.
namespace vtpu::net::allocation {

/// A set of blocks: bit b is block b.
using BlockSet = std::uint64_t;

/// All blocks of a grid.
BlockSet all_blocks(const Shape& grid);

/// Every place that a box can take, in every orientation and with wrap-around, each set of blocks once, in rising
/// order; none for a box that is longer than the grid. `grid`, `box`: 3 sides in blocks, at most 64 blocks (an
/// invariant).
std::vector<BlockSet> box_places(const Shape& grid, const Shape& box);

/// The box of `blocks` blocks with the smallest surface that fits the grid, sides in rising order. If none fits, a line
/// of `blocks`, for which box_places finds no place.
Shape compact_box(const Shape& grid, int blocks);

/// The number of boxes placed without overlap, and whether it is proved to be the maximum.
struct Packing {
  int boxes = 0;
  bool proved = false;
};

/// Places as many boxes in the free blocks as possible, by branch and bound: the lowest free block is either covered by
/// one of the places that contain it or left uncovered. Returns the best packing found after at most `steps` branches.
/// `places`: of one box, as from box_places.
Packing most_boxes(const std::vector<BlockSet>& places, BlockSet free, int steps);

}  // namespace vtpu::net::allocation
