#pragma once
#include <span>
#include <vector>

namespace vtpu::search {

/// The column of each row in an assignment of rows to distinct columns with the least sum of costs.
/// `cost`: row · n + column, finite. Shortest augmenting paths, O(n³). Source: Jonker and Volgenant, "A shortest
/// augmenting path algorithm for dense and sparse linear assignment problems", Computing 38, 1987.
std::vector<int> linear_assignment(std::span<const double> cost, int n);

}  // namespace vtpu::search
