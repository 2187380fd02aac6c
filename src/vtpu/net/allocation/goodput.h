#pragma once
#include <vector>

#include "vtpu/net/shape.h"

/// How much of a machine does useful work when some of its hosts are down: slices of whole blocks, each of which needs
/// all of its hosts. Goodput is the part of all blocks that run slices of one size. Laws are exact, for independent
/// hosts that are the only thing to fail. Source of the question: jouppi2023tpuv4, Section 2.3 and figure 4.
namespace vtpu::net::allocation {

/// A law of a number 0, 1, 2, …: probability by value.
using CountLaw = std::vector<double>;

/// A block is up when all of its hosts are.
double block_availability(double host_availability, int hosts_per_block = 16);

/// How many of n independent things with probability p each hold. One thing is added at a time, all terms positive, so
/// that every probability is right to about n roundings.
CountLaw binomial_law(int n, double p);

/// Slices of `needed` blocks that fit when switches can join any blocks: the blocks that are up, divided by `needed`.
/// `up`: law of the blocks that are up.
CountLaw switched_slices(const CountLaw& up, int needed);

/// Boxes that fit a grid side by side at fixed places, their sides parallel to the grid's in the best way round.
int fixed_places(const Shape& grid, const Shape& box);

/// Slices that are up when each place is wired for good, so that it needs every one of its own blocks.
CountLaw wired_slices(int places, int needed, double block_up);

/// P(at least `count`).
double at_least(const CountLaw& law, int count);

/// The largest number that is there with probability `level` or more: slices that jobs may count on.
int assured(const CountLaw& law, double level);

double expected(const CountLaw& law);

/// The part of `blocks` that `slices` of `needed` blocks are.
inline double goodput(double slices, int needed, int blocks) { return slices * needed / blocks; }

/// The smallest and largest level between which `assured` answers with a number.
struct Levels {
  double above = 0;  ///< exclusive
  double up_to = 1;  ///< inclusive
};
Levels levels_of(const CountLaw& law, int count);

}  // namespace vtpu::net::allocation
