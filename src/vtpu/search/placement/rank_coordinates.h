#pragma once
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/search/placement/coordinates.h"
#include "vtpu/search/placement/even_paths.h"
#include "vtpu/search/workloads.h"

namespace vtpu::search {

/// What training minimises, a number for ranks' positions: ranks are spread over chips by how near they are
/// (SoftAssignment), their traffic over all shortest paths (EvenPaths), and the result is the `norm`-norm of the
/// channels' loads, in units of their mean load when every byte takes one hop. Norm 1 is hops times bytes; a high one
/// is nearly the load of the most loaded channel.
///
/// Moving a rank a little moves a little of its traffic from one chip's paths to another's, so the gradient is not zero;
/// a loss that is a sum over the shortest paths of a graph read off the coordinates changes only where the graph does.
class PlacementLoss {
 public:
  PlacementLoss(const EvenPaths& paths, const StepTraffic& traffic, double norm);

  /// `gradient`: by the ranks' positions.
  double operator()(const Coordinates& ranks, const Coordinates& chips, double softness,
                    std::vector<double>& gradient) const;

 private:
  const EvenPaths& paths_;
  const StepTraffic& traffic_;
  double norm_;
  double unit_;                     // bytes of a channel that count as 1
  std::vector<double> background_;  // loads of what is sent between all alike, whoever sits where
};

struct Training {
  int steps = 200;
  double rate = 0.05;
  double softness_first = 6;  ///< in hops; falls evenly on a logarithmic scale
  double softness_last = 0.6;
  double norm = 2;
};

/// Positions of ranks by gradient descent on PlacementLoss, from small random ones about the middle of the chips.
Coordinates rank_coordinates(const EvenPaths& paths, const StepTraffic& traffic, const Coordinates& chips,
                             const Training& training, Random random);

/// Chip of each rank: distances in all are least.
std::vector<int> nearest_chips(const Coordinates& ranks, const Coordinates& chips);

}  // namespace vtpu::search
