#include "vtpu/net/ocs/slice.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "vtpu/base/index_format.h"

namespace vtpu::net::ocs {

Slice::Slice(const OcsLayout& layout, const Shape& shape, const Shape& grid, std::vector<Block> blocks)
    : block_side_(layout.block_side),
      block_(layout.block_shape()),
      shape_(shape),
      grid_(grid),
      blocks_(std::move(blocks)),
      grid_place_of_block_(layout.blocks, -1) {
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    grid_place_of_block_[blocks_[i]] = static_cast<int>(i);
}

Result<Slice> Slice::make(const OcsLayout& layout, const Shape& shape, std::span<const Block> blocks) {
  if (shape.dimensions() != 3) return Error{"slice", "found shape " + to_string(shape), "three sides"};
  for (int d = 0; d < 3; ++d)
    if (shape.side(d) % layout.block_side != 0)
      return Error{fmt::format("slice {}, side {}", to_string(shape), d + 1), fmt::format("found {}", shape.side(d)),
                   fmt::format("a multiple of the block side {}", layout.block_side)};
  const Shape grid = {shape.side(0) / layout.block_side, shape.side(1) / layout.block_side,
                      shape.side(2) / layout.block_side};
  const std::string where = "slice " + to_string(shape);
  if (blocks.size() != static_cast<std::size_t>(grid.count()))
    return Error{where, fmt::format("found {} blocks", blocks.size()), fmt::format("{}", grid.count())};
  IndexedVector<Block, bool> used(layout.blocks, false);
  for (const Block block : blocks) {
    if (!used.contains(block))
      return Error{where, fmt::format("found block {}", block), fmt::format("0 to {}", layout.blocks - 1)};
    if (used[block])
      return Error{where, fmt::format("found block {} twice", block), "every block once"};
    used[block] = true;
  }
  return Slice(layout, shape, grid, {blocks.begin(), blocks.end()});
}

Result<Slice> Slice::make(const OcsLayout& layout, const Shape& shape) {
  const int block_chips = layout.block_side * layout.block_side * layout.block_side;
  std::vector<Block> blocks(static_cast<std::size_t>(shape.count() / block_chips));
  std::iota(blocks.begin(), blocks.end(), Block(0));
  return make(layout, shape, blocks);
}

BlockPlace Slice::place_of(Chip chip) const {
  Coordinates block{}, position{};
  for (std::size_t d = 0; d < 3; ++d) {
    const int at = shape_.coordinate_of(chip.value(), static_cast<int>(d));
    block[d] = at / block_side_;
    position[d] = at % block_side_;
  }
  return {blocks_[static_cast<std::size_t>(grid_.index_of(block))], block_.index_of(position)};
}

std::optional<Chip> Slice::chip_at(const BlockPlace& place) const {
  const int grid_place = grid_place_of_block_[place.block];
  if (grid_place < 0) return std::nullopt;
  const Coordinates block = grid_.coordinates_of(grid_place);
  const Coordinates position = block_.coordinates_of(place.position);
  Coordinates at{};
  for (std::size_t d = 0; d < 3; ++d) at[d] = block[d] * block_side_ + position[d];
  return Chip(shape_.index_of(at));
}

Slice Slice::with_spare(Block failed, Block spare) const {
  Slice slice = *this;
  std::replace(slice.blocks_.begin(), slice.blocks_.end(), failed, spare);
  std::swap(slice.grid_place_of_block_[failed], slice.grid_place_of_block_[spare]);
  return slice;
}

}  // namespace vtpu::net::ocs
