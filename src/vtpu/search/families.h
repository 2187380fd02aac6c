#pragma once
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/search/block_group.h"

namespace vtpu::search {

/// Elements x^i · y^j, numbered i · b + j, with x^a = 1, y^b = x^c and y · x · y^-1 = x^k: semidirect products of two
/// cyclic groups for c = 0 (dihedral for b = 2, k = -1), generalised quaternion groups for b = 2, k = -1, c = a/2.
/// Error: numbers that give no group of a · b elements: k^b = 1 and c · k = c modulo a must hold.
Result<BlockGroup> metacyclic(int a, int b, int k, int c);

/// Pairs of elements, the second factor's fastest.
BlockGroup product(const BlockGroup& first, const BlockGroup& second);

/// Groups of an order for a search to try: products of cyclic groups, metacyclic groups, and products of one of these
/// with a cyclic or metacyclic one, one for each way of counting elements by order, centre and commuting pairs, which
/// tells most groups of these sizes apart. `order`: 1 to 64. The cyclic products come first.
std::vector<BlockGroup> groups_of_order(int order);

}  // namespace vtpu::search
