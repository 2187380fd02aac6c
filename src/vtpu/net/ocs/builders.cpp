#include "vtpu/net/ocs/builders.h"

#include <fmt/core.h>

#include "vtpu/net/twist.h"

namespace vtpu::net::ocs {
namespace {

Result<void> connect_grid(OcsState& state, const Slice& slice, const Twist& twist) {
  const OcsLayout& layout = state.layout();
  OcsState connected_state = state;
  const Shape& grid = slice.grid();
  const int positions = layout.block_side * layout.block_side;
  for (int place = 0; place < grid.count(); ++place)
    for (std::size_t d = 0; d < 3; ++d) {
      const int dimension = static_cast<int>(d);
      Coordinates next = grid.coordinates_of(place);
      if (++next[d] == grid.side(dimension)) {
        next[d] = 0;
        for (std::size_t e = 0; e < 3; ++e)
          next[e] = (next[e] + twist[d][e] / layout.block_side) % grid.side(static_cast<int>(e));
      }
      const OcsPort from = layout.port_of(slice.blocks()[static_cast<std::size_t>(place)], Face::plus);
      const OcsPort to = layout.port_of(slice.blocks()[static_cast<std::size_t>(grid.index_of(next))], Face::minus);
      for (const Ocs ocs : IndexRange(Ocs(dimension * positions), Ocs((dimension + 1) * positions)))
        if (const Result<void> done = connected_state.connect({ocs, from, to}); !done) return done;
    }
  state = connected_state;
  return {};
}

}  // namespace

Result<void> connect_torus(OcsState& state, const Slice& slice) { return connect_grid(state, slice, Twist{}); }

Result<void> connect_twisted_torus(OcsState& state, const Slice& slice) {
  const Result<Twist> twist = twist_of(slice.shape());
  if (!twist) return twist.error();
  return connect_grid(state, slice, *twist);
}

Result<void> connect_hypercube(OcsState& state, const Slice& slice, int dimensions) {
  constexpr int kLinks = 6;
  if (dimensions != kLinks)
    return Error{"hypercube", fmt::format("{} dimensions need {} links per chip", dimensions, dimensions),
                 fmt::format("{}, the links a chip has", kLinks)};
  if (slice.shape() != Shape{4, 4, 4})
    return Error{"hypercube", "found slice " + to_string(slice.shape()), "4x4x4, whose torus is the 6-cube"};
  return connect_torus(state, slice);
}

SnakedPlane::SnakedPlane(int block_side, const Shape& shape, std::vector<Block> blocks)
    : block_side_(block_side),
      shape_(shape),
      grid_({shape.side(0) / block_side, shape.side(1) / (block_side * block_side)}),
      blocks_(std::move(blocks)) {}

Result<SnakedPlane> SnakedPlane::make(const OcsLayout& layout, const Slice& slice, const Shape& shape) {
  const int s = layout.block_side;
  const std::string where = "2D torus " + to_string(shape);
  if (s % 2 != 0) return Error{where, fmt::format("found block side {}", s), "an even block side"};
  if (shape.dimensions() != 2 || shape.side(0) % s != 0 || shape.side(1) % (s * s) != 0)
    return Error{where, "found sides " + to_string(shape),
                 fmt::format("two sides, multiples of {} and of {}", s, s * s)};
  if (shape.count() != slice.shape().count())
    return Error{where, fmt::format("found {} chips", shape.count()),
                 fmt::format("{}, as in slice {}", slice.shape().count(), to_string(slice.shape()))};
  return SnakedPlane(s, shape, slice.blocks());
}

Block SnakedPlane::block_at(int a, int b) const { return blocks_[static_cast<std::size_t>(grid_.index_of({a, b}))]; }

BlockPlace SnakedPlane::place_of(Chip chip) const {
  const int s = block_side_;
  const int column = shape_.coordinate_of(chip.value(), 0);
  const int row = shape_.coordinate_of(chip.value(), 1);
  const int step = row % (s * s);
  const int z = step / s;
  const int y = z % 2 == 0 ? step % s : s - 1 - step % s;
  return {block_at(column / s, row / (s * s)), (column % s * s + y) * s + z};
}

Result<void> SnakedPlane::connect(OcsState& state) const {
  const OcsLayout& layout = state.layout();
  OcsState connected_state = state;
  const int s = block_side_;
  for (int a = 0; a < grid_.side(0); ++a)
    for (int b = 0; b < grid_.side(1); ++b) {
      const OcsPort from = layout.port_of(block_at(a, b), Face::plus);
      const OcsPort along_column = layout.port_of(block_at((a + 1) % grid_.side(0), b), Face::minus);
      const OcsPort along_row = layout.port_of(block_at(a, (b + 1) % grid_.side(1)), Face::minus);
      for (int y = 0; y < s; ++y)
        for (int z = 0; z < s; ++z)
          if (const auto done = connected_state.connect({layout.ocs_of(0, {0, y, z}), from, along_column}); !done)
            return done;
      for (int x = 0; x < s; ++x)
        if (const auto done = connected_state.connect({layout.ocs_of(2, {x, 0, 0}), from, along_row}); !done)
          return done;
    }
  state = connected_state;
  return {};
}

}  // namespace vtpu::net::ocs
