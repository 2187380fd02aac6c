#pragma once
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/ocs/slice.h"
#include "vtpu/net/shape.h"

/// Builders set the circuits of one slice and leave the rest of the state unchanged, so a state can hold many slices.
/// An error names what the shape lacks or the port that another slice already uses; the state is then unchanged.
namespace vtpu::net::ocs {

/// The 3D torus of the slice's shape.
Result<void> connect_torus(OcsState& state, const Slice& slice);

/// The twisted torus of the slice's shape, k x k x 2k or k x 2k x 2k; see TwistedTorus. Since k is a whole number of
/// blocks, a twist moves wrap-around links from block to block, and every switch keeps its face position.
Result<void> connect_twisted_torus(OcsState& state, const Slice& slice);

/// The hypercube of the given dimension. Only the 6-cube is possible, as the 4 x 4 x 4 torus, since a ring of 4 is a
/// 2-cube. Error: another dimension, with the links that a chip would need and the six that it has; a slice of another
/// shape.
Result<void> connect_hypercube(OcsState& state, const Slice& slice, int dimensions);

/// A 2D torus laid over a slice. Columns run along x: s·a chips through a blocks. Rows snake through the s^2 positions
/// (y, z) of a block: y alternates up and down while z rises. They enter at (y=0, z=0) and leave at (y=0, z=s-1), whose
/// links in -z and +z lead to the same switch: s^2·b chips through b blocks.
class SnakedPlane {
 public:
  /// `shape`: two sides, multiples of s and of s^2. The slice's blocks are taken in its order, b of them per column.
  /// Error: an odd block side, for which the snake ends at another face position; a shape that does not use exactly the
  /// slice's chips.
  static Result<SnakedPlane> make(const OcsLayout& layout, const Slice& slice, const Shape& shape);

  const Shape& shape() const { return shape_; }
  /// The place of chip (column, row) of the plane, numbered as in `shape`.
  BlockPlace place_of(Chip chip) const;
  /// Sets the circuits of the plane. Electrical links outside the snake remain and are idle.
  Result<void> connect(OcsState& state) const;

 private:
  SnakedPlane(int block_side, const Shape& shape, std::vector<Block> blocks);
  Block block_at(int a, int b) const;

  int block_side_;
  Shape shape_;
  Shape grid_;  // blocks along columns and along rows
  std::vector<Block> blocks_;
};

}  // namespace vtpu::net::ocs
