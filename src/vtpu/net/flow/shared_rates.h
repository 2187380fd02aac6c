#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/net/flow/max_min.h"
#include "vtpu/net/flow/paths.h"

namespace vtpu::net::flow {

/// The max-min fair rates of flows that start and end. Flows on the same paths are equal and kept as one with a
/// multiplicity. A change is recomputed only where it can matter: among flows connected to it by a chain of shared
/// resources, and of these only those at least as fast as the slowest that changes, since progressive filling is
/// unchanged up to that rate.
class SharedRates {
 public:
  /// `capacity`: by resource, bytes per nanosecond, > 0. `paths` must outlive this object.
  SharedRates(std::vector<double> capacity, const Paths& paths);

  void join(int path);
  /// Requires a flow on these paths.
  void leave(int path);

  /// Recomputes the rates after all joins and leaves since the last call. Returns the paths whose finish must be
  /// rescheduled: those that a flow joined or left and those whose rate has changed, each once, if they have flows.
  /// Valid until the next call.
  std::span<const int> update();

  /// The rate of one flow in bytes per nanosecond, as of the last update. Requires a flow.
  double rate(int path) const { return path_states_[static_cast<std::size_t>(path)].rate; }
  double capacity(int resource) const { return resources_[static_cast<std::size_t>(resource)].capacity; }

 private:
  struct PathState {
    int flows = 0;         // current number
    int flows_before = 0;  // at the last update
    double rate = 0;
    bool touched = false;    // joined or left since the last update
    std::uint32_t seen = 0;  // the update that last collected it
  };
  struct User {
    int path;
    std::uint32_t use;  // index among the uses of all paths
  };
  struct ResourceState {
    double capacity = 0;
    double weight = 0;  // sum over its flows
    std::vector<User> users;
    int local = 0;           // its number in problem_
    std::uint32_t seen = 0;  // the update that last collected it
  };

  void touch(int path);
  void list(int path);
  void unlist(int path);
  void apply_changes();
  double slowest_change() const;
  int collect(int resource);
  void collect_all(double slowest);

  const Paths& paths_;
  std::vector<PathState> path_states_;
  std::vector<ResourceState> resources_;
  std::vector<std::uint32_t> place_;  // by use: its index among the users of the resource
  std::uint32_t updates_ = 0;
  std::vector<int> touched_;
  std::vector<int> changed_;    // touched paths whose number of flows has changed
  std::vector<int> frontier_;   // collected resources, in order
  std::vector<int> collected_;  // paths whose rates are recomputed
  std::vector<int> due_;
  MaxMinProblem problem_;
  std::vector<Use> local_uses_;
  MaxMin solver_;
};

}  // namespace vtpu::net::flow
