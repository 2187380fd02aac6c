#pragma once
#include <vector>

#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// An order in which data travels the rings of a torus, last ring first, and the share of the data that uses this
/// order.
struct SharedOrder {
  std::vector<int> order;  ///< dimensions; the one whose ring an all-gather travels last comes first
  double share = 0;        ///< > 0; the shares of all orders sum to 1
};

/// Orders and shares with which all links of `dimensions` carry the same load in a bucket all-gather, whatever the
/// sides. All sides must be above 1.
///
/// For the data of one order, the ring of side k that comes last carries a share of 1 - 1/k. The other rings carry 1/k
/// times what they would on a torus without that ring. On n chips in m dimensions that is 1/k - 1/n in total; by
/// induction each of the other rings can carry the same part of it, r = (1/k - 1/n)/(m - 1). If dimension i comes last
/// with share q_i, dimension j carries sum_i q_i r_i + q_j (1 - 1/k_j - r_j). This is the same for all j if q_j is
/// proportional to 1/(1 - 1/k_j - r_j), which is positive since r_j < 1/k_j <= 1/2. Where all sides are equal no
/// arithmetic is needed: the rotations of one order have equal shares.
///
/// Such a mixture therefore always exists, with up to m! orders. The loads of all orders are the corners of a
/// polymatroid (Edmonds, "Submodular functions, matroids, and certain polyhedra", 1970). There m corners would suffice,
/// but the right ones would have to be searched for each torus, and fewer streams would share a link while one of them
/// waits.
std::vector<SharedOrder> balanced_orders(const Shape& grid, const std::vector<int>& dimensions);

}  // namespace vtpu::net::collective
