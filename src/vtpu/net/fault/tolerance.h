#pragma once
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/machine.h"

/// How many chips may fail permanently, one after another at random, before a job has no place.
namespace vtpu::net::fault {

/// A machine in groups of chips. A job needs a number of groups, any of them, without a failed chip. Groups of 1 model
/// remapping chip by chip; groups of 64 are blocks that switches can exchange; for fixed wiring the groups are the
/// places of slices, and the job needs one.
struct ChipGroups {
  int groups = 4352;
  int group_chips = 1;
  int needed = 4096;
  int chips() const { return groups * group_chips; }
};

/// By number of failures from 0: the probability that the job still has a place. Exact: a chain over the number of
/// groups hit, with failures drawn without replacement. The last entry is the first probability 0.
std::vector<double> placeable_after(const ChipGroups& machine);

/// Mean and median of the number of failures tolerated before the fatal one, from the law above.
struct Tolerated {
  double mean_failures = 0;
  int median_failures = 0;
  double mean_fraction = 0;  ///< fraction of all chips
};
Tolerated tolerated(const ChipGroups& machine);

/// For a job that may shrink to the remaining chips: the number of failures that the torus of the active chips
/// tolerates, with routes around them, before the first working chip cannot reach the others. One random run.
int failures_until_cut_off(const Machine& machine, Random& random);

}  // namespace vtpu::net::fault
