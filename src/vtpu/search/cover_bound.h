#pragma once

namespace vtpu::search {

/// Lengths of the links inside blocks and of those through switches.
struct LinkLengths {
  int electrical = 1;
  int optical = 1;
};

/// No state of the switches whatever, symmetric or not, carries a uniform all-to-all among `chips` at a higher rate
/// (link bandwidths a chip, as LiftedFlow). A Moore bound: were no block ever met twice, the chips about a chip would
/// form a tree of blocks, and no state has more chips within a distance than that tree; so none has a smaller mean
/// distance, by these lengths, than the nearest `chips` of the tree. Sum of lengths over that mean, as
/// MeanDistance::bound. Both lengths ≥ 1; at least one block.
double cover_bound(int chips, LinkLengths lengths, int block_side = 4);

/// The lowest of cover_bound over a few ratios of lengths, 1 to 4.
double cover_bound(int chips);

}  // namespace vtpu::search
