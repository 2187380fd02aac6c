#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dependency_graph.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/routing/step_vectors.h"
#include "vtpu/net/routing/steps.h"
#include "vtpu/net/topology/mesh.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"

namespace vtpu::net::routing {

/// How classes of virtual channels keep the rings of a torus free of deadlock. The *dateline* of a ring is one of its
/// links: on a torus, the wrap-around link.
enum class Dateline {
  none,      ///< one class: packets on a ring of four or more can wait for each other in a cycle
  plain,     ///< two: class 1 in the whole dimension for packets that cross its dateline, else 0
  balanced,  ///< two datelines: the wrap forces class 1 and the middle of the ring class 0, each in the whole
             ///< dimension; packets that cross neither choose at random (Scott and Thorson, "The Cray T3E network", Hot
             ///< Interconnects 1996)
  crossing   ///< two: class 0 until the packet crosses a dimension's dateline, then 1 (Dally and Seitz, IEEE TC 36(5),
             ///< 1987)
};

/// The direction that a packet takes round an even ring when its destination is exactly opposite.
enum class Ties { split, positive };

/// Dimension-order routing: a packet makes all its hops in dimension 0, then in dimension 1, and so on, along a
/// shortest path chosen at its source. Every rule except Dateline::none is deadlock-free on every torus, twisted torus
/// and mesh: packets enter dimensions in rising order only, and no class goes all the way round a ring.
///
/// In a twisted torus of k x k x 2k or k x 2k x 2k a wrap in x (and y) leads to the other half of z, so the rings of
/// these dimensions close only after 2k chips. Each such ring has one dateline, not one at each of its two wraps.
class DimensionOrder {
 public:
  using State = Steps;
  static constexpr bool kAdaptive = false;

  /// Error: a side with paths of more than 255 hops.
  static Result<DimensionOrder> make(const topology::Torus& torus, Dateline dateline, Ties ties = Ties::split);
  static Result<DimensionOrder> make(const topology::Mesh& mesh);
  static Result<DimensionOrder> make(const topology::TwistedTorus& torus, Dateline dateline);

  std::string name() const { return name_; }
  int vc_classes() const { return classes_; }
  VcRange vcs_of(int vc_class, int vcs) const { return even_share(vc_class, classes_, vcs); }
  bool reaches(Chip, Chip) const { return true; }

  State start(Chip source, Chip destination, Random& random) const {
    const std::uint64_t draw = random.next();
    Steps steps = path_of(source, destination, draw);
    choose_classes(source, static_cast<int>(draw >> kMaxDimensions), steps);
    return steps;
  }

  template <class Visit>
  void for_each_start(Chip source, Chip destination, Visit visit) const;

  void moves(Chip, const State& state, Moves& moves) const {
    moves.clear();
    if (state.done()) return;
    const int dimension = state.dimension();
    moves.add({state.port(dimension), state.vc_class(dimension), 1});
  }

  State after(Chip node, State state, const Move& move) const {
    const int dimension = state.dimension();
    state.take(dimension);
    if (dateline_ == Dateline::crossing) state.raise_class(dimension, crosses(node, move.port));
    return state;
  }

  /// The dependencies of all packets, and some that no packet has: within a dimension those of every shortest path
  /// round its rings, between dimensions from every class in use to every other.
  void for_each_dependency(const Network& network, const std::function<void(ChannelClass, ChannelClass)>& visit) const;

  /// Adds exactly the dependencies of the packets that are left when `network` lacks some channels, and a packet is
  /// lost if any of its possible paths would cross one of them. Dimensions are independent of each other: a pair of
  /// chips is connected if the part of its paths in each dimension is whole, which depends on one row of chips. False:
  /// a twisted torus, where that is not so.
  bool add_dependencies(const Network& network, DependencyGraph& dependencies) const;

  int dimensions() const { return dimensions_; }
  int side(int dimension) const { return sides_[at(dimension)]; }
  bool twisted() const { return vectors_ != nullptr; }
  /// The most hops that a packet makes from a coordinate in a dimension; `sign`: 1 or -1.
  int most_hops(int coordinate, int dimension, int sign) const {
    if (vectors_) return vectors_->longest(dimension);
    if (rings_[at(dimension)] > 0) return rings_[at(dimension)] / 2;
    return sign > 0 ? sides_[at(dimension)] - 1 - coordinate : coordinate;
  }

  /// For routings built on this one: all shortest paths without classes, each with its probability.
  template <class Visit>
  void for_each_path(Chip source, Chip destination, Visit visit) const;
  /// A random one of these paths.
  Steps draw_path(Chip source, Chip destination, Random& random) const {
    return path_of(source, destination, random.next());
  }
  /// Whether a packet with `hops` left in a dimension still has to cross its wrap-around link.
  bool wraps_ahead(Chip node, int dimension, int hops) const {
    const int there = coordinate(node, dimension) + hops;
    return there < 0 || there >= sides_[at(dimension)];
  }
  int chip_count() const { return places_.size(); }
  /// Whether the topology has wrap-around links.
  bool wraps() const { return rings_[0] > 0; }

 private:
  DimensionOrder(const Shape& sides, Dateline dateline, Ties ties);

  int coordinate(Chip node, int dimension) const { return places_[node][at(dimension)]; }
  std::array<int, 3> place(Chip node) const { return {coordinate(node, 0), coordinate(node, 1), coordinate(node, 2)}; }
  bool crosses(Chip node, PortNumber port) const {
    const std::size_t channel = at(node.value()) * at(2 * dimensions_) + at(port.value());
    return (dateline_channels_[channel >> 6] >> (channel & 63) & 1) != 0;
  }

  /// `draw`: the lowest bits break ties, the upper half chooses a step vector.
  Steps path_of(Chip source, Chip destination, std::uint64_t draw) const {
    if (vectors_) return drawn_vector(source, destination, draw >> 32);
    return shortest(source, destination, ties_ == Ties::split ? static_cast<int>(draw) : 0);
  }

  /// The shorter direction round each ring. `ties`: one bit per dimension, set if a tie goes in the negative direction.
  Steps shortest(Chip source, Chip destination, int ties) const {
    const Place& from = places_[source];
    const Place& to = places_[destination];
    Steps steps;
    for (int d = 0; d < dimensions_; ++d) {
      int hops = to[at(d)] - from[at(d)];
      // Branch-free, because the direction is as unpredictable as the destination.
      if (const int ring = rings_[at(d)]; ring > 0) {
        hops += ring & -static_cast<int>(hops < 0);
        const bool negative = (ties >> d & 1) != 0;
        hops -= ring & -static_cast<int>(2 * hops + static_cast<int>(negative) > ring);
      }
      steps.set(d, hops);
    }
    return steps;
  }

  /// `draw`: 32 random bits.
  Steps drawn_vector(Chip source, Chip destination, std::uint64_t draw) const {
    const std::span<const Steps> paths = vectors_->between(place(source), place(destination));
    return paths[draw * paths.size() >> 32];
  }

  /// Sets the classes that are chosen at the source. `free`: one bit per dimension, the class to use where either is
  /// allowed. Returns the dimensions where either is allowed, one bit per dimension.
  int choose_classes(Chip source, int free, Steps& steps) const {
    if (dateline_ == Dateline::none || dateline_ == Dateline::crossing) return 0;
    Place place = places_[source];
    int chosen = 0;
    for (int d = 0; d < dimensions_; ++d) {
      const int hops = steps.signed_hops(d);
      const int ring = rings_[at(d)];
      const int from = ring_position(place, d);
      const int to = from + hops;
      const int middle = (ring - 1) / 2;
      const bool wraps = to < 0 || to >= ring;
      const bool either = dateline_ == Dateline::balanced && !wraps && hops != 0 && (from <= middle) == (to <= middle);
      steps.raise_class(d, wraps | (either & ((free >> d & 1) != 0)));
      chosen |= static_cast<int>(either) << d;
      if (vectors_) walk(place, d, hops);
    }
    return chosen;
  }

  using Place = std::array<std::int16_t, 8>;  // kMaxDimensions used; 16 bytes

  /// Position on the ring of a dimension. Rings twice as long as the side begin in the lower half of z.
  int ring_position(const Place& place, int dimension) const {
    const int side = sides_[at(dimension)];
    const bool second = rings_[at(dimension)] > side && 2 * place[2] >= sides_[2];
    return place[at(dimension)] + (second ? side : 0);
  }

  struct RingUse;
  /// Whether a packet can cross the channels of a ring, by sign and position of their source.
  using Whole = std::array<std::vector<bool>, 2>;
  /// Without `whole`, no channel is missing and both directions of a tie are assumed.
  RingUse ring_use(int dimension, const Whole* whole = nullptr) const;

  /// Moves a place of a twisted torus by at most one side length in a dimension.
  void walk(Place& place, int dimension, int hops) const;
  void mark_datelines();

  std::string name_;
  int dimensions_;
  int classes_;
  Dateline dateline_;
  Ties ties_;
  std::array<int, kMaxDimensions> sides_{};
  std::array<int, kMaxDimensions> rings_{};  // length of a dimension's rings in chips; 0: no rings (mesh)
  IndexedVector<Chip, Place> places_;
  std::vector<std::uint64_t> dateline_channels_;  // Dateline::crossing: one bit per channel
  std::shared_ptr<const StepVectors> vectors_;    // of twisted tori
  Twist twist_{};
};

template <class Visit>
void DimensionOrder::for_each_path(Chip source, Chip destination, Visit visit) const {
  if (vectors_) {
    const std::span<const Steps> paths = vectors_->between(place(source), place(destination));
    for (const Steps& path : paths) visit(path, 1.0 / static_cast<double>(paths.size()));
    return;
  }
  int tied = 0;
  const Steps positive = shortest(source, destination, 0);
  if (ties_ == Ties::split)
    for (int d = 0; d < dimensions_; ++d)
      if (!positive.done(d) && 2 * positive.signed_hops(d) == rings_[at(d)]) tied |= 1 << d;
  const double probability = 1.0 / (1 << std::popcount(static_cast<unsigned>(tied)));
  // All subsets of `tied`, the empty one first.
  int ties = 0;
  do {
    visit(shortest(source, destination, ties), probability);
    ties = (ties - tied) & tied;
  } while (ties != 0);
}

template <class Visit>
void DimensionOrder::for_each_start(Chip source, Chip destination, Visit visit) const {
  for_each_path(source, destination, [&](const Steps& path, double probability) {
    Steps lowest = path;
    const int chosen = choose_classes(source, 0, lowest);
    probability /= 1 << std::popcount(static_cast<unsigned>(chosen));
    int classes = 0;
    do {
      Steps steps = path;
      choose_classes(source, classes, steps);
      visit(steps, probability);
      classes = (classes - chosen) & chosen;
    } while (classes != 0);
  });
}

}  // namespace vtpu::net::routing
