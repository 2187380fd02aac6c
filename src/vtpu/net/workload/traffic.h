#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::workload {

/// What one chip sends to another, relative to all other demands of the same traffic.
struct Demand {
  Chip source;
  Chip destination;
  double weight = 0;  ///< ≥ 0 and finite
};

/// Where chips send in steady state: for each source a distribution over destinations. The patterns are the usual ones
/// of the field (Dally and Towles, "Principles and Practices of Interconnection Networks", 2004, section 3.2).
class Traffic {
 public:
  /// The names that `make` accepts, for messages and help.
  static std::vector<std::string> names();
  /// A pattern by name. `grid`: sides of the chips' grid. The patterns read chip numbers as coordinates or as bits.
  ///   uniform               every chip with equal probability, including the sender
  ///   uniform-without-self  every other chip with equal probability
  ///   permutation           a random one of all permutations; a chip may be its own destination
  ///   transpose             coordinates in reverse order; the sides must read the same in both directions
  ///   bit-complement        every bit of the chip's number inverted
  ///   bit-reverse           the bits in reverse order
  ///   shuffle               the bits rotated by one towards the high end
  ///   tornado               ceil(k/2) - 1 chips further in every dimension of side k, round the ring
  ///   neighbour             evenly to each chip one hop away on the torus
  ///   hot-spot              a tenth of all traffic to the chip in the middle (side/2), the rest uniform
  /// Error: an unknown name with the nearest known one; a pattern that does not exist on this grid (transpose with
  /// different sides, bit patterns when the number of chips is not a power of two).
  static Result<Traffic> make(std::string_view name, const Shape& grid, Random random);
  static Traffic uniform(int chips, bool with_self);
  /// `share` of all traffic goes evenly to the `hot` chips; the rest is uniform with self. Error: no hot chip, one that
  /// does not exist or occurs twice, a share outside 0..1.
  static Result<Traffic> hot_spot(int chips, std::vector<Chip> hot, double share);
  /// Weights of repeated pairs are added. The source with the largest sum of weights injects at the full rate, the
  /// others in proportion. A source whose weights are all 0 sends nothing. Error: the pair whose chips do not exist or
  /// whose weight is negative or not a number; weights that are all 0.
  static Result<Traffic> matrix(int chips, std::span<const Demand> demands);
  /// The same from a square table, weights[source][destination]. Error: also a row of the wrong length.
  static Result<Traffic> matrix(const std::vector<std::vector<double>>& weights);

  const std::string& name() const { return name_; }
  int chip_count() const { return chips_; }
  /// Injection rate of a source relative to that of the busiest, 0..1 (0: it sends nothing).
  double rate(Chip source) const;
  /// A destination of a source whose rate is not 0. Constant time for every pattern.
  Chip destination(Chip source, Random& random) const;
  /// Calls visit(destination, probability) for every destination of positive probability, in ascending order. A source
  /// that sends nothing has no calls. The probabilities sum to 1.
  template <class Visit>
  void for_each_destination(Chip source, Visit visit) const;

 private:
  struct Uniform {
    bool with_self;
  };
  struct Permutation {
    IndexedVector<Chip, Chip> to;
  };
  struct HotSpot {
    std::vector<Chip> hot;
    IndexedVector<Chip, bool> is_hot;
    double share;
  };
  /// Rows of destinations, each with its alias table. Source: Vose, "A linear algorithm for generating random numbers
  /// with a given distribution", IEEE TSE 17(9), 1991.
  struct Weighted {
    struct Cell {
      Chip destination;
      double probability;
      Chip alias;        // another destination of the row
      double threshold;  // below it the cell's own destination is drawn, else its alias
    };
    IndexedVector<Chip, double> rate;
    IndexedVector<Chip, std::size_t> first;  // by source: its first cell, and the end
    std::vector<Cell> cells;         // by source, then in ascending order of destinations
  };
  using Kind = std::variant<Uniform, Permutation, HotSpot, Weighted>;

  Traffic(std::string name, int chips, Kind kind);
  static Weighted weighted(int chips, std::span<const Demand> sorted);

  std::string name_;
  int chips_;
  Kind kind_;
};

template <class Visit>
void Traffic::for_each_destination(Chip source, Visit visit) const {
  if (const auto* permutation = std::get_if<Permutation>(&kind_)) {
    visit(permutation->to[source], 1.0);
  } else if (const auto* weighted = std::get_if<Weighted>(&kind_)) {
    const std::size_t end = weighted->first[Chip(source.value() + 1)];
    for (std::size_t i = weighted->first[source]; i < end; ++i)
      visit(weighted->cells[i].destination, weighted->cells[i].probability);
  } else if (const auto* hot_spot = std::get_if<HotSpot>(&kind_)) {
    const double cold = (1 - hot_spot->share) / chips_;
    const double hot = cold + hot_spot->share / static_cast<double>(hot_spot->hot.size());
    for (const Chip chip : index_range<Chip>(chips_))
      if (const double probability = hot_spot->is_hot[chip] ? hot : cold; probability > 0) visit(chip, probability);
  } else {
    const bool with_self = std::get<Uniform>(kind_).with_self;
    const double probability = 1.0 / (with_self ? chips_ : chips_ - 1);
    for (const Chip chip : index_range<Chip>(chips_))
      if (with_self || chip != source) visit(chip, probability);
  }
}

}  // namespace vtpu::net::workload
