#pragma once
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/machine.h"

/// How many chips may fail, one after another at random and for good, before a job has no place.
namespace vtpu::net::fault {

/// A machine in groups of chips of which a job needs some number, any of them, without a failed chip. Groups of one are
/// remapping chip by chip; groups of 64 are blocks that switches can exchange; fixed wiring has the slices' own places
/// as groups and needs one of them.
struct ChipGroups {
  int groups = 4352;
  int group_chips = 1;
  int needed = 4096;
  int chips() const { return groups * group_chips; }
};

/// By number of failures from 0 on: the probability that the job has a place still. Exact: the chain of the number of
/// groups hit, failures without replacement. Ends with the first probability 0.
std::vector<double> placeable_after(const ChipGroups& machine);

/// What the law above says: the mean and the median of the failures that are borne before the one that is too many.
struct Tolerated {
  double mean_failures = 0;
  int median_failures = 0;
  double mean_fraction = 0;  ///< of all chips
};
Tolerated tolerated(const ChipGroups& machine);

/// For a job that may shrink to whatever chips are left: failures borne by the torus of the active chips, routes
/// leading around them, before the first working chip cannot reach the others. One run by chance.
int failures_until_cut_off(const Machine& machine, Random& random);

}  // namespace vtpu::net::fault
