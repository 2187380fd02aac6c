#include "vtpu/net/fault/tolerance.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "vtpu/base/check.h"
#include "vtpu/net/fault/degraded.h"
#include "vtpu/net/fault/fabric.h"

namespace vtpu::net::fault {

std::vector<double> placeable_after(const ChipGroups& machine) {
  VTPU_CHECK(machine.group_chips >= 1 && 1 <= machine.needed && machine.needed <= machine.groups,
             "the job has a place before the first failure");
  const int spare = machine.groups - machine.needed;
  std::vector<double> hit(static_cast<std::size_t>(spare) + 1, 0.0);  // by groups hit; more than `spare` are dropped
  hit[0] = 1;
  std::vector<double> placeable = {1};
  for (int failed = 0; failed < machine.chips(); ++failed) {
    const double left = machine.chips() - failed;
    for (std::size_t h = hit.size(); h-- > 0;) {
      const double fresh = (machine.groups - static_cast<double>(h)) * machine.group_chips / left;
      if (h + 1 < hit.size()) hit[h + 1] += hit[h] * fresh;
      hit[h] *= std::max(0.0, 1 - fresh);
    }
    placeable.push_back(std::accumulate(hit.begin(), hit.end(), 0.0));
    if (placeable.back() == 0) break;
  }
  return placeable;
}

Tolerated tolerated(const ChipGroups& machine) {
  const std::vector<double> placeable = placeable_after(machine);
  Tolerated result;
  for (std::size_t failures = 1; failures < placeable.size(); ++failures) {
    result.mean_failures += placeable[failures];
    if (placeable[failures] >= 0.5) result.median_failures = static_cast<int>(failures);
  }
  result.mean_fraction = result.mean_failures / machine.chips();
  return result;
}

int failures_until_cut_off(const Machine& machine, Random& random) {
  const Fabric fabric(machine, whole_torus(machine));
  IndexedVector<Chip, bool> works(machine.chip_count(), true);
  std::fill(works.begin() + machine.active_count(), works.end(), false);
  std::vector<Chip> order(static_cast<std::size_t>(machine.active_count()));
  std::iota(order.begin(), order.end(), Chip(0));
  random.shuffle(order);
  for (std::size_t failures = 0; failures < order.size(); ++failures) {
    works[order[failures]] = false;
    if (fabric.largest_part(works) != works) return static_cast<int>(failures);
  }
  return machine.active_count();
}

}  // namespace vtpu::net::fault
