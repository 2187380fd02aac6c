#pragma once
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/search/placement/coordinates.h"
#include "vtpu/search/placement/even_paths.h"
#include "vtpu/search/placement/placement.h"
#include "vtpu/search/workloads.h"

namespace vtpu::search {

/// The loss that training minimises. Ranks are spread over chips by proximity (SoftAssignment) and their traffic over
/// all shortest paths (EvenPaths); the loss is the `norm`-norm of the channel loads, in units of the mean load when
/// every byte takes one hop. Norm 1 is hops times bytes; a high norm approximates the load of the most loaded channel.
///
/// A small move of a rank shifts a little of its traffic between the paths of neighbouring chips, so the gradient is
/// not zero. A loss over the shortest paths of a graph derived from the coordinates would change only when that graph
/// changes.
class PlacementLoss {
 public:
  PlacementLoss(const EvenPaths& paths, const StepTraffic& traffic, double norm);

  /// `gradient`: with respect to the ranks' positions.
  double operator()(const Coordinates& ranks, const Coordinates& chips, double softness,
                    std::vector<double>& gradient) const;

 private:
  const EvenPaths& paths_;
  const StepTraffic& traffic_;
  double norm_;
  double unit_;                                     // bytes on a channel that count as 1
  IndexedVector<net::Channel, double> background_;  // loads of the traffic that is equal between all pairs
};

struct Training {
  int steps = 200;
  double rate = 0.05;
  double softness_first = 6;  ///< in hops; falls geometrically
  double softness_last = 0.6;
  double norm = 2;
};

/// Positions of ranks by gradient descent on PlacementLoss, from small random positions around the chips' centre.
Coordinates rank_coordinates(const EvenPaths& paths, const StepTraffic& traffic, const Coordinates& chips,
                             const Training& training, Random random);

/// Chip of each rank, by the assignment with the least total distance.
Placement nearest_chips(const Coordinates& ranks, const Coordinates& chips);

}  // namespace vtpu::search
