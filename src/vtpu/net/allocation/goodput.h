#pragma once
#include <vector>

#include "vtpu/net/shape.h"

/// How much of a machine does useful work when some of its hosts are down. A slice consists of whole blocks and needs
/// all of their hosts. Goodput is the fraction of all blocks that run slices of one size. The laws are exact, for
/// independent failures of hosts only. Source of the question: jouppi2023tpuv4, Section 2.3 and figure 4.
namespace vtpu::net::allocation {

/// A distribution over 0, 1, 2, …: probability by value.
using CountLaw = std::vector<double>;

/// Probability that a block is up, which requires all of its hosts.
double block_availability(double host_availability, int hosts_per_block = 16);

/// Distribution of the number of successes in n independent trials of probability p. Adds one trial at a time, with
/// positive terms only, so every probability is accurate to about n roundings.
CountLaw binomial_law(int n, double p);

/// Number of slices of `needed` blocks if switches can join any blocks: the blocks that are up, divided by `needed`.
/// `up`: distribution of the number of blocks that are up.
CountLaw switched_slices(const CountLaw& up, int needed);

/// Number of boxes at fixed places side by side in a grid, sides parallel to the grid's, in the best orientation.
int fixed_places(const Shape& grid, const Shape& box);

/// Number of slices that are up if each place has fixed wiring, so that it needs every one of its own blocks.
CountLaw wired_slices(int places, int needed, double block_up);

/// P(at least `count`).
double at_least(const CountLaw& law, int count);

/// The largest number that is available with probability `level` or more: slices that jobs may count on.
int assured(const CountLaw& law, double level);

double expected(const CountLaw& law);

/// The fraction of `blocks` that `slices` slices of `needed` blocks occupy.
inline double goodput(double slices, int needed, int blocks) { return slices * needed / blocks; }

/// The range of levels for which `assured` returns a given number.
struct Levels {
  double above = 0;  ///< exclusive
  double up_to = 1;  ///< inclusive
};
Levels levels_of(const CountLaw& law, int count);

}  // namespace vtpu::net::allocation
