#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/net/flow/max_min.h"
#include "vtpu/net/flow/ways.h"

namespace vtpu::net::flow {

/// The max-min fair rates of flows that come and go. Flows on the same way are alike and kept as one with a
/// multiplicity. A change is worked out only where it can matter: among the flows that a chain of shared resources
/// joins to it, and of these only the ones at least as fast as the slowest that changes, since progressive filling goes
/// the same way as before up to there.
class SharedRates {
 public:
  /// `capacity`: by resource, bytes a nanosecond, > 0. `ways` has to outlive this object.
  SharedRates(std::vector<double> capacity, const Ways& ways);

  void join(int way);
  /// Requires a flow on the way.
  void leave(int way);

  /// Brings the rates up to date with all joins and leaves since the last call. Returns the ways with flows that are
  /// due for another look: those that somebody joined or left, and those with another rate than before; each once,
  /// valid until the next call.
  std::span<const int> update();

  /// Of one flow, bytes a nanosecond, as of the last update; a way without flows has none.
  double rate(int way) const { return ways_state_[static_cast<std::size_t>(way)].rate; }
  double capacity(int resource) const { return resources_[static_cast<std::size_t>(resource)].capacity; }

 private:
  struct WayState {
    int flows = 0;         // now
    int flows_before = 0;  // at the last update
    double rate = 0;
    bool touched = false;    // joined or left since the last update
    std::uint32_t seen = 0;  // the update that last collected it
  };
  struct User {
    int way;
    std::uint32_t use;  // among those of all ways
  };
  struct ResourceState {
    double capacity = 0;
    double weight = 0;  // of all flows on it
    std::vector<User> users;
    int local = 0;           // its number in problem_
    std::uint32_t seen = 0;  // the update that last collected it
  };

  void touch(int way);
  void list(int way);
  void unlist(int way);
  void apply_changes();
  double slowest_change() const;
  int collect(int resource);
  void collect_all(double slowest);

  const Ways& ways_;
  std::vector<WayState> ways_state_;
  std::vector<ResourceState> resources_;
  std::vector<std::uint32_t> place_;  // by use: where its way stands among the users of the resource
  std::uint32_t updates_ = 0;
  std::vector<int> touched_;
  std::vector<int> changed_;    // touched ways with another number of flows than before
  std::vector<int> frontier_;   // collected resources, in order
  std::vector<int> collected_;  // ways whose rates are to be found
  std::vector<int> due_;
  MaxMinProblem problem_;
  std::vector<Use> local_uses_;
  MaxMin solver_;
};

}  // namespace vtpu::net::flow
