#include "vtpu/search/placement/linear_assignment.h"

#include <cstddef>
#include <limits>

namespace vtpu::search {

std::vector<int> linear_assignment(std::span<const double> cost, int n) {
  const auto at = [](int index) { return static_cast<std::size_t>(index); };
  constexpr double kFar = std::numeric_limits<double>::infinity();
  // Column n holds the row that is being added.
  std::vector<double> row_price(at(n), 0), column_price(at(n) + 1, 0), reach(at(n) + 1);
  std::vector<int> row_of(at(n) + 1, -1), before(at(n) + 1);
  std::vector<bool> done(at(n) + 1);
  for (int row = 0; row < n; ++row) {
    row_of[at(n)] = row;
    reach.assign(at(n) + 1, kFar);
    done.assign(at(n) + 1, false);
    int column = n;
    while (row_of[at(column)] != -1) {
      done[at(column)] = true;
      const int here = row_of[at(column)];
      int nearest = -1;
      double step = kFar;
      for (int next = 0; next < n; ++next) {
        if (done[at(next)]) continue;
        const double reduced = cost[at(here) * at(n) + at(next)] - row_price[at(here)] - column_price[at(next)];
        if (reduced < reach[at(next)]) {
          reach[at(next)] = reduced;
          before[at(next)] = column;
        }
        if (reach[at(next)] < step) {
          step = reach[at(next)];
          nearest = next;
        }
      }
      for (int other = 0; other <= n; ++other) {
        if (done[at(other)]) {
          row_price[at(row_of[at(other)])] += step;
          column_price[at(other)] -= step;
        } else {
          reach[at(other)] -= step;
        }
      }
      column = nearest;
    }
    while (column != n) {
      row_of[at(column)] = row_of[at(before[at(column)])];
      column = before[at(column)];
    }
  }
  std::vector<int> column_of(at(n));
  for (int column = 0; column < n; ++column) column_of[at(row_of[at(column)])] = column;
  return column_of;
}

}  // namespace vtpu::search
