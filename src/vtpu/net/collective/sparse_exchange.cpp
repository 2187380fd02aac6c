#include "vtpu/net/collective/sparse_exchange.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "vtpu/base/position.h"

namespace vtpu::net::collective {
namespace {

Result<void> check_items(const SparseExchange& items, const Shape& grid) {
  for (std::size_t i = 0; i < items.size(); ++i)
    for (const int chip : {items[i].source, items[i].destination})
      if (chip < 0 || chip >= grid.count())
        return Error{"item " + std::to_string(i + 1), "found chip " + std::to_string(chip),
                     "a chip of " + to_string(grid) + ", 0 to " + std::to_string(grid.count() - 1)};
  return {};
}

std::vector<ChunkRun> runs_of(const std::vector<int>& chunks) {
  std::vector<ChunkRun> runs;
  for (const int chunk : chunks)
    if (!runs.empty() && chunk == runs.back().first + runs.back().count)
      ++runs.back().count;
    else
      runs.push_back({.first = chunk});
  return runs;
}

}  // namespace

Result<Schedule> make_sparse_schedule(const SparseExchange& items, Algorithm algorithm, const Shape& grid) {
  if (const auto known = check_combination(Collective::sparse_exchange, algorithm); !known) return known.error();
  if (const auto right = check_items(items, grid); !right) return right.error();
  std::vector<ChunkContract> contracts;
  std::vector<int> place;  // by item: the chip that holds it
  for (const SparseItem& item : items) {
    contracts.push_back({.from = item.source, .to = item.destination});
    place.push_back(item.source);
  }
  const int chunks = static_cast<int>(items.size());
  Schedule schedule(Collective::sparse_exchange, algorithm, grid.count(), chunks, std::move(contracts));

  std::vector<int> brought(items.size(), -1);  // by item: the transfer that brought it to that chip
  const int phases = algorithm == Algorithm::direct ? 1 : grid.dimensions();
  for (int phase = 0; phase < phases; ++phase) {
    std::map<std::pair<int, int>, std::vector<int>> bundles;  // items by present and next chip
    for (int item = 0; item < chunks; ++item) {
      const int here = place[at(item)], destination = items[at(item)].destination;
      int next = destination;
      if (algorithm == Algorithm::dimension_wise)
        next = here + (grid.coordinate_of(destination, phase) - grid.coordinate_of(here, phase)) * grid.stride(phase);
      if (next != here) bundles[{here, next}].push_back(item);
    }
    std::vector<int> now = brought;
    for (const auto& [ends, bundle] : bundles) {
      std::vector<int> after;
      for (const int item : bundle)
        if (brought[at(item)] >= 0) after.push_back(brought[at(item)]);
      std::sort(after.begin(), after.end());
      after.erase(std::unique(after.begin(), after.end()), after.end());
      const int id = schedule.add({ends.first, ends.second}, runs_of(bundle), after);
      for (const int item : bundle) {
        now[at(item)] = id;
        place[at(item)] = ends.second;
      }
    }
    brought = std::move(now);
  }
  return schedule;
}

}  // namespace vtpu::net::collective
