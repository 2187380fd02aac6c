#pragma once
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/search/block_group.h"

namespace vtpu::search {

/// Elements x^i · y^j, numbered i · b + j, with x^a = 1, y^b = x^c and y · x · y^-1 = x^k: semidirect products of two
/// cyclic groups for c = 0 (dihedral for b = 2, k = -1), generalised quaternion groups for b = 2, k = -1, c = a/2.
/// Error: parameters that give no group of a · b elements; k^b = 1 and c · k = c modulo a must hold.
Result<BlockGroup> metacyclic(int a, int b, int k, int c);

/// The direct product; elements are pairs, numbered with the second factor fastest.
BlockGroup product(const BlockGroup& first, const BlockGroup& second);

/// Groups of an order for a search to try: products of cyclic groups, metacyclic groups, and products of one of these
/// with a cyclic or metacyclic group. Of groups with equal counts of element orders, central elements and commuting
/// pairs only one is listed; these counts distinguish most groups of these sizes. `order`: 1 to 64. Products of cyclic
/// groups come first.
std::vector<BlockGroup> groups_of_order(int order);

}  // namespace vtpu::search
