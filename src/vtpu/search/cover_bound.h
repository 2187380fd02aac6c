#pragma once

namespace vtpu::search {

/// Lengths of the links inside blocks and of those through switches.
struct LinkLengths {
  int electrical = 1;
  int optical = 1;
};

/// Upper bound on the rate of a uniform all-to-all among `chips` over all states of the switches, symmetric or not, in
/// link bandwidths per chip (as LiftedFlow). It is a Moore bound. If no block were reached twice, the chips around a
/// chip would form a tree of blocks. No state has more chips within a distance than that tree, so none has a smaller
/// mean distance, by these lengths, than the nearest `chips` chips of the tree. The bound is the sum of lengths over
/// that mean, as in MeanDistance::bound. Both lengths are ≥ 1; there is at least one block.
double cover_bound(int chips, LinkLengths lengths, int block_side = 4);

/// The smallest cover_bound over a few ratios of lengths, 1 to 4.
double cover_bound(int chips);

}  // namespace vtpu::search
