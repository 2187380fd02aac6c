#pragma once
#include <cstddef>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/search/block_group.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/shape.h"

namespace vtpu::search {

/// An OCS state in which all blocks look alike: switch o joins the '+' port of every block g with the '-' port of block
/// g · translation[o], so multiplying all blocks by an element from the left changes nothing. Regular and twisted tori
/// of whole blocks are among them (translations by one step along their dimension, some of them twisted).
/// A mirrored switch joins like faces instead: the '+' port of g with that of g · translation[o], the '-' port of g
/// with that of g · mirror[o]; both elements are their own inverses and not the identity, for no port meets itself.
/// Between two blocks every full matching of a switch is one of these. A Cayley graph lifted from the mesh of one
/// block; paths between chips of all blocks are those from one block.
struct SymmetricState {
  BlockGroup group;
  net::Shape shape;  ///< of the slice in chips; blocks of its grid are the group's elements, in order
  int block_side = 4;
  std::vector<int> translation;  ///< by switch, as OcsLayout numbers them; 3 · block_side² of them
  std::vector<int> mirror = {};  ///< by switch, -1 where it is not mirrored; empty: none is

  bool mirrored(int ocs) const { return !mirror.empty() && mirror[static_cast<std::size_t>(ocs)] >= 0; }
  int blocks() const { return group.order(); }
  int positions() const { return block_side * block_side * block_side; }
  int chips() const { return blocks() * positions(); }
};

/// The regular torus of a shape of whole blocks (4i x 4j x 4k) as a symmetric state, on Z_i x Z_j x Z_k.
/// Error: a shape that is not made of whole blocks.
Result<SymmetricState> torus_state(const net::Shape& shape, int block_side = 4);

/// The state on a group that the circuits of a slice form, blocks taken as the places of the slice's grid.
/// Error: the first switch whose circuits differ from block to block, or a port that is dark.
Result<SymmetricState> state_on(const net::ocs::StateOfSlice& circuits, const BlockGroup& group);

/// The circuits of a slice as a symmetric state, on the group of all permutations of its blocks that leave circuits as
/// they are: each is known by where it takes the first block, since circuits lead from there to all others.
/// Error: blocks that do not all look alike, or that circuits do not join.
Result<SymmetricState> symmetric_state_of(const net::ocs::StateOfSlice& circuits);

/// The twisted torus of a shape k x k x 2k or k x 2k x 2k of whole blocks as a symmetric state.
/// Error: as torus_state; sides of neither family.
Result<SymmetricState> twisted_torus_state(const net::Shape& shape, int block_side = 4);

/// The circuits of the state on the first blocks of a layout with `spare_blocks` more, as files hold them.
net::ocs::StateOfSlice circuits_of(const SymmetricState& state, int spare_blocks = 4);

}  // namespace vtpu::search
