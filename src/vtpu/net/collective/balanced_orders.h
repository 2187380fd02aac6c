#pragma once
#include <vector>

#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// An order in which data goes round the rings of a torus, the last ring first, and the share of all data that does.
struct SharedOrder {
  std::vector<int> order;  ///< dimensions, the one whose ring comes last in an all-gather at the front
  double share = 0;        ///< > 0; those of all orders sum to 1
};

/// Orders and shares with which the links of all `dimensions` carry alike in a bucket all-gather, whatever the sides,
/// which are above 1.
///
/// Of the data of one order, the ring of side k that comes last carries a share of 1 - 1/k; the others carry what they
/// would on a torus without that ring, 1/k times. On n chips in m dimensions that is 1/k - 1/n in all; let each of the
/// others carry the same part of it, r = (1/k - 1/n)/(m - 1), by this very rule. If dimension i comes last with share
/// q_i, dimension j then carries sum_i q_i r_i + q_j (1 - 1/k_j - r_j): the same for all j when q_j is in proportion
/// to 1/(1 - 1/k_j - r_j), which is positive since r_j < 1/k_j <= 1/2. Where all sides are equal no arithmetic is
/// needed: the rotations of one order, with equal shares.
///
/// So there is always such a mixture, with up to m! orders. The loads of all orders are the corners of a polymatroid
/// (Edmonds, "Submodular functions, matroids, and certain polyhedra", 1970), in which m corners would do, but then
/// which ones has to be searched for each torus, and fewer streams share a link where one of them waits.
std::vector<SharedOrder> balanced_orders(const Shape& grid, const std::vector<int>& dimensions);

}  // namespace vtpu::net::collective
