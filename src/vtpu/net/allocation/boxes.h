#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/net/shape.h"

/// Boxes of blocks on a grid of at most 64 blocks whose rows close into rings: what a machine with fixed cables between
/// its blocks can give to a job.
namespace vtpu::net::allocation {

/// A set of blocks: bit b is block b.
using BlockSet = std::uint64_t;

/// All blocks of a grid.
BlockSet all_blocks(const Shape& grid);

/// Every place that a box can take, turned any way and across the ends of the rows, each set of blocks once, in rising
/// order; none for a box that is longer than the grid. `grid`, `box`: 3 sides in blocks, at most 64 blocks (an
/// invariant).
std::vector<BlockSet> box_places(const Shape& grid, const Shape& box);

/// The box of so many blocks that fits the grid and has the smallest surface, sides in rising order; a line of them
/// where there is none, which box_places then finds no place for.
Shape compact_box(const Shape& grid, int blocks);

/// How many boxes were placed without overlap, and whether no more can be.
struct Packing {
  int boxes = 0;
  bool proved = false;
};

/// Places as many boxes in the free blocks as can be, by branch and bound: the lowest free block is covered by one of
/// the places that hold it, or left over. Gives up after `steps` branches with the best it has. `places`: of one box,
/// as from box_places.
Packing most_boxes(const std::vector<BlockSet>& places, BlockSet free, int steps);

}  // namespace vtpu::net::allocation
