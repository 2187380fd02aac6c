#pragma once
#include <optional>
#include <span>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::ocs {

/// A box of chips made of whole blocks, with the physical block in each place of the box's grid of blocks. Any blocks
/// can be used, since the switches can join all of them.
class Slice {
 public:
  /// `shape`: 3 sides in chips. `blocks`: the physical block of each place of the grid, last coordinate fastest.
  /// `shape`: 3 sides in chips. `blocks`: the physical block in each place of the grid, last coordinate fastest. Error:
  /// a shape that is not 3D or not a multiple of the block side, a wrong number of blocks, a block that does not exist
  /// or occurs twice.
  static Result<Slice> make(const OcsLayout& layout, const Shape& shape, std::span<const Block> blocks);
  /// Uses the first blocks of the layout. For the whole machine, chips then have the numbers that Machine gives them.
  static Result<Slice> make(const OcsLayout& layout, const Shape& shape);

  const Shape& shape() const { return shape_; }
  const Shape& grid() const { return grid_; }
  const std::vector<Block>& blocks() const { return blocks_; }

  /// The place of a chip of the box. `chip`: its number in `shape`.
  BlockPlace place_of(Chip chip) const;
  /// The chip at a place, or none if its block is not in the slice.
  std::optional<Chip> chip_at(const BlockPlace& place) const;
  /// The same box with `spare` in the place of `failed`.
  Slice with_spare(Block failed, Block spare) const;

 private:
  Slice(const OcsLayout& layout, const Shape& shape, const Shape& grid, std::vector<Block> blocks);

  int block_side_;
  Shape block_;
  Shape shape_;
  Shape grid_;
  std::vector<Block> blocks_;
  IndexedVector<Block, int> grid_place_of_block_;  // -1: not in the slice
};

}  // namespace vtpu::net::ocs
