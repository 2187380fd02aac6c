#include "vtpu/net/flow/shared_rates.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"

namespace vtpu::net::flow {
namespace {

// The weights of resources are maintained by addition and subtraction; the threshold of an update leaves a margin for
// their rounding.
constexpr double kMargin = 1e-9;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

}  // namespace

SharedRates::SharedRates(std::vector<double> capacity, const Ways& ways)
    : ways_(ways), ways_state_(at(ways.size())), resources_(capacity.size()), place_(ways.all_uses().size()) {
  VTPU_CHECK(place_.size() <= std::numeric_limits<std::uint32_t>::max(), "uses are numbered in 32 bits");
  for (std::size_t r = 0; r < capacity.size(); ++r) resources_[r].capacity = capacity[r];
}

void SharedRates::touch(int way) {
  if (std::exchange(ways_state_[at(way)].touched, true)) return;
  touched_.push_back(way);
}

void SharedRates::join(int way) {
  touch(way);
  ++ways_state_[at(way)].flows;
}

void SharedRates::leave(int way) {
  VTPU_CHECK(ways_state_[at(way)].flows > 0, "only a flow on its paths can leave them");
  touch(way);
  --ways_state_[at(way)].flows;
}

void SharedRates::list(int way) {
  auto use = static_cast<std::uint32_t>(ways_.first_use(way));
  for (const Use& its : ways_.uses(way)) {
    std::vector<User>& users = resources_[at(its.resource)].users;
    place_[use] = static_cast<std::uint32_t>(users.size());
    users.push_back({way, use++});
  }
}

void SharedRates::unlist(int way) {
  auto use = static_cast<std::uint32_t>(ways_.first_use(way));
  for (const Use& its : ways_.uses(way)) {
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
  for (const int way : touched_) {
    const WayState& state = ways_state_[at(way)];
    if (state.flows == state.flows_before) continue;
    changed_.push_back(way);
    if (state.flows_before == 0) list(way);
    if (state.flows == 0) unlist(way);
    for (const Use& use : ways_.uses(way)) {
      ResourceState& resource = resources_[at(use.resource)];
      resource.weight = resource.users.empty() ? 0 : resource.weight + (state.flows - state.flows_before) * use.weight;
    }
  }
}

double SharedRates::slowest_change() const {
  double slowest = std::numeric_limits<double>::infinity();
  for (const int way : changed_) {
    const WayState& state = ways_state_[at(way)];
    if (state.flows < state.flows_before) {
      slowest = std::min(slowest, state.rate);
      continue;
    }
    // Progressive filling never fills a new flow's resource below the level at which all its flows have equal rates.
    for (const Use& use : ways_.uses(way)) {
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
  for (const int way : changed_)
    for (const Use& use : ways_.uses(way)) collect(use.resource);
  for (std::size_t i = 0; i < frontier_.size(); ++i) {
    for (const User& user : resources_[at(frontier_[i])].users) {
      WayState& state = ways_state_[at(user.way)];
      if (state.seen == updates_) continue;
      if (state.flows_before > 0 && state.rate < slowest) {
        problem_.capacity[i] -= state.flows * ways_.all_uses()[user.use].weight * state.rate;
        continue;
      }
      state.seen = updates_;
      collected_.push_back(user.way);
      local_uses_.clear();
      for (const Use& use : ways_.uses(user.way)) local_uses_.push_back({collect(use.resource), use.weight});
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
      WayState& state = ways_state_[at(collected_[i])];
      VTPU_CHECK(rates[i] > 0, "every flow has a rate");
      if (std::exchange(state.rate, rates[i]) != rates[i] && !state.touched) due_.push_back(collected_[i]);
    }
  }
  for (const int way : touched_) {
    WayState& state = ways_state_[at(way)];
    state.touched = false;
    state.flows_before = state.flows;
    if (state.flows > 0) due_.push_back(way);
  }
  touched_.clear();
  return due_;
}

}  // namespace vtpu::net::flow
