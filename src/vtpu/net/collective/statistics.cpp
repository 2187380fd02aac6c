#include "vtpu/net/collective/statistics.h"

#include <cstddef>
#include <cstdlib>
#include <vector>

#include "vtpu/base/position.h"

namespace vtpu::net::collective {
namespace {

// `after_of(id)`: what id waits for; `weight_of(id)`: 1 for a message, 0 for a local transfer.
template <class AfterOf, class WeightOf>
int longest_chain(int size, AfterOf after_of, WeightOf weight_of) {
  std::vector<int> chain(at(size));
  int longest = 0;
  for (int id = 0; id < size; ++id) {
    int before = 0;
    for (const int earlier : after_of(id)) before = std::max(before, chain[at(earlier)]);
    chain[at(id)] = before + weight_of(id);
    longest = std::max(longest, chain[at(id)]);
  }
  return longest;
}

}  // namespace

int torus_distance(const Shape& grid, int from, int to) {
  int distance = 0;
  for (int d = 0; d < grid.dimensions(); ++d) {
    const int apart = std::abs(grid.coordinate_of(from, d) - grid.coordinate_of(to, d));
    distance += std::min(apart, grid.side(d) - apart);
  }
  return distance;
}

HopStatistics hop_statistics(const ChipProgram& program) {
  HopStatistics hops;
  std::int64_t sum = 0;
  for (int id = 0; id < program.size(); ++id) {
    const int length = torus_distance(program.grid(), 0, program.grid().index_of(program.step(id).hop));
    if (length == 0) continue;
    hops.best = hops.messages == 0 ? length : std::min(hops.best, length);
    hops.worst = std::max(hops.worst, length);
    sum += length;
    ++hops.messages;
  }
  if (hops.messages > 0) hops.average = static_cast<double>(sum) / static_cast<double>(hops.messages);
  hops.messages *= program.grid().count();
  return hops;
}

int rounds(const Schedule& schedule) {
  return longest_chain(
      schedule.size(), [&](int id) { return schedule.after(id); },
      [&](int id) { return schedule.transfer(id).local() ? 0 : 1; });
}

int rounds(const ChipProgram& program) {
  return longest_chain(
      program.size(), [&](int id) -> const std::vector<int>& { return program.step(id).after; },
      [&](int id) { return program.grid().index_of(program.step(id).hop) == 0 ? 0 : 1; });
}

}  // namespace vtpu::net::collective
