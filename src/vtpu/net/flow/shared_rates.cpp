#include "vtpu/net/flow/shared_rates.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"

namespace vtpu::net::flow {
namespace {

// The weights of resources are maintained by addition and subtraction; the threshold of an update leaves a margin for
// their rounding.
constexpr double kMargin = 1e-9;

}  // namespace

SharedRates::SharedRates(std::vector<double> capacity, const Paths& paths)
    : paths_(paths), path_states_(at(paths.size())), resources_(capacity.size()), place_(paths.all_uses().size()) {
  VTPU_CHECK(place_.size() <= std::numeric_limits<std::uint32_t>::max(), "uses are numbered in 32 bits");
  for (std::size_t r = 0; r < capacity.size(); ++r) resources_[r].capacity = capacity[r];
}

void SharedRates::touch(int path) {
  if (std::exchange(path_states_[at(path)].touched, true)) return;
  touched_.push_back(path);
}

void SharedRates::join(int path) {
  touch(path);
  ++path_states_[at(path)].flows;
}

void SharedRates::leave(int path) {
  VTPU_CHECK(path_states_[at(path)].flows > 0, "only a flow on its paths can leave them");
  touch(path);
  --path_states_[at(path)].flows;
}

void SharedRates::list(int path) {
  auto use = static_cast<std::uint32_t>(paths_.first_use(path));
  for (const Use& its : paths_.uses(path)) {
    std::vector<User>& users = resources_[at(its.resource)].users;
    place_[use] = static_cast<std::uint32_t>(users.size());
    users.push_back({path, use++});
  }
}

void SharedRates::unlist(int path) {
  auto use = static_cast<std::uint32_t>(paths_.first_use(path));
  for (const Use& its : paths_.uses(path)) {
    std::vector<User>& users = resources_[at(its.resource)].users;
    const User last = users.back();
    users[place_[use]] = last;
    place_[last.use] = place_[use];
    users.pop_back();
    ++use;
  }
}

void SharedRates::apply_changes() {
  changed_.clear();
  for (const int path : touched_) {
    const PathState& state = path_states_[at(path)];
    if (state.flows == state.flows_before) continue;
    changed_.push_back(path);
    if (state.flows_before == 0) list(path);
    if (state.flows == 0) unlist(path);
    for (const Use& use : paths_.uses(path)) {
      ResourceState& resource = resources_[at(use.resource)];
      resource.weight = resource.users.empty() ? 0 : resource.weight + (state.flows - state.flows_before) * use.weight;
    }
  }
}

double SharedRates::slowest_change() const {
  double slowest = std::numeric_limits<double>::infinity();
  for (const int path : changed_) {
    const PathState& state = path_states_[at(path)];
    if (state.flows < state.flows_before) {
      slowest = std::min(slowest, state.rate);
      continue;
    }
    // Progressive filling never fills a new flow's resource below the level at which all its flows have equal rates.
    for (const Use& use : paths_.uses(path)) {
      const ResourceState& resource = resources_[at(use.resource)];
      slowest = std::min(slowest, resource.capacity / resource.weight);
    }
  }
  return slowest * (1 - kMargin);
}

/// Adds a resource to problem_ if it is not there yet. Returns its number there.
int SharedRates::collect(int resource) {
  ResourceState& state = resources_[at(resource)];
  if (std::exchange(state.seen, updates_) != updates_) {
    state.local = static_cast<int>(frontier_.size());
    frontier_.push_back(resource);
    problem_.capacity.push_back(state.capacity);
  }
  return state.local;
}

void SharedRates::collect_all(double slowest) {
  problem_.clear();
  frontier_.clear();
  collected_.clear();
  for (const int path : changed_)
    for (const Use& use : paths_.uses(path)) collect(use.resource);
  for (std::size_t i = 0; i < frontier_.size(); ++i) {
    for (const User& user : resources_[at(frontier_[i])].users) {
      PathState& state = path_states_[at(user.path)];
      if (state.seen == updates_) continue;
      if (state.flows_before > 0 && state.rate < slowest) {
        problem_.capacity[i] -= state.flows * paths_.all_uses()[user.use].weight * state.rate;
        continue;
      }
      state.seen = updates_;
      collected_.push_back(user.path);
      local_uses_.clear();
      for (const Use& use : paths_.uses(user.path)) local_uses_.push_back({collect(use.resource), use.weight});
      problem_.add_flow(local_uses_, state.flows);
    }
  }
}

std::span<const int> SharedRates::update() {
  ++updates_;
  due_.clear();
  apply_changes();
  if (!changed_.empty()) {
    collect_all(slowest_change());
    const std::span<const double> rates = solver_.solve(problem_);
    for (std::size_t i = 0; i < collected_.size(); ++i) {
      PathState& state = path_states_[at(collected_[i])];
      VTPU_CHECK(rates[i] > 0, "every flow has a rate");
      if (std::exchange(state.rate, rates[i]) != rates[i] && !state.touched) due_.push_back(collected_[i]);
    }
  }
  for (const int path : touched_) {
    PathState& state = path_states_[at(path)];
    state.touched = false;
    state.flows_before = state.flows;
    if (state.flows > 0) due_.push_back(path);
  }
  touched_.clear();
  return due_;
}

}  // namespace vtpu::net::flow
