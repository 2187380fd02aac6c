#pragma once
#include <cstddef>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/shape.h"
#include "vtpu/search/block_group.h"

namespace vtpu::search {

/// An OCS state that looks the same from every block: switch o joins the '+' port of every block g with the '-' port of
/// block g · translation[o], so multiplying all blocks by an element from the left changes nothing. Regular and twisted
/// tori of whole blocks are such states (translations by one step along their dimension, some of them twisted). A
/// mirrored switch joins equal faces instead: the '+' port of g with the '+' port of g · translation[o], and the '-'
/// port of g with the '-' port of g · mirror[o]. Both elements are their own inverses and not the identity, since a
/// port cannot join itself. With two blocks, every perfect matching of a switch is of one of these two kinds. The
/// network is a Cayley graph lifted from the mesh of one block, so the paths from one block determine all paths.
struct SymmetricState {
  BlockGroup group;
  net::Shape shape;  ///< of the slice in chips; blocks of its grid are the group's elements, in order
  int block_side = 4;
  /// By switch, as OcsLayout numbers them; 3 · block_side² of them.
  IndexedVector<net::Ocs, int> translation;
  IndexedVector<net::Ocs, int> mirror = {};  ///< by switch, -1 where it is not mirrored; empty: no switch is mirrored

  bool mirrored(net::Ocs ocs) const { return !mirror.empty() && mirror[ocs] >= 0; }
  int blocks() const { return group.order(); }
  int positions() const { return block_side * block_side * block_side; }
  int chips() const { return blocks() * positions(); }
};

/// The regular torus of a shape of whole blocks (4i x 4j x 4k) as a symmetric state, on Z_i x Z_j x Z_k.
/// Error: a shape that is not made of whole blocks.
Result<SymmetricState> torus_state(const net::Shape& shape, int block_side = 4);

/// The circuits of a slice as a symmetric state on a given group; blocks are numbered by their places in the slice's
/// grid. Error: the first switch whose circuits differ from block to block, or a dark port.
Result<SymmetricState> state_on(const net::ocs::StateOfSlice& circuits, const BlockGroup& group);

/// The circuits of a slice as a symmetric state on its own group: the permutations of blocks that preserve the
/// circuits. The image of the first block determines a permutation, since circuits connect that block with all others.
/// Error: blocks that do not all look the same, or that circuits do not connect.
Result<SymmetricState> symmetric_state_of(const net::ocs::StateOfSlice& circuits);

/// The twisted torus of a shape k x k x 2k or k x 2k x 2k of whole blocks as a symmetric state.
/// Error: see torus_state; sides of neither family.
Result<SymmetricState> twisted_torus_state(const net::Shape& shape, int block_side = 4);

/// The circuits of the state on the first blocks of a layout that has `spare_blocks` more, as state files store them.
net::ocs::StateOfSlice circuits_of(const SymmetricState& state, int spare_blocks = 4);

}  // namespace vtpu::search
