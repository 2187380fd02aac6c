#pragma once
#include <span>
#include <vector>

namespace vtpu::search {

/// Which column each row gets when every row gets another one and the sum of costs is least.
/// `cost`: row · n + column, finite. Shortest augmenting paths, O(n³). Source: Jonker and Volgenant, "A shortest
/// augmenting path algorithm for dense and sparse linear assignment problems", Computing 38, 1987.
std::vector<int> linear_assignment(std::span<const double> cost, int n);

}  // namespace vtpu::search
