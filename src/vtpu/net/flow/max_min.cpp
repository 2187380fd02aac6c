#include "vtpu/net/flow/max_min.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"

namespace vtpu::net::flow {
namespace {

constexpr double kSameLevel = 1 + 1e-12;

}  // namespace

void MaxMinProblem::add_flow(std::span<const Use> its_uses, int its_multiplicity) {
  uses.insert(uses.end(), its_uses.begin(), its_uses.end());
  first.push_back(uses.size());
  multiplicity.push_back(its_multiplicity);
}

void MaxMinProblem::clear() {
  capacity.clear();
  first.assign(1, 0);
  uses.clear();
  multiplicity.clear();
}

bool MaxMin::later(const Fill& a, const Fill& b) {
  return a.level != b.level ? a.level > b.level : a.resource > b.resource;
}

double MaxMin::level_of(int resource) const { return std::max(0.0, room_[at(resource)]) / rising_[at(resource)]; }

void MaxMin::fix_flows_of(const MaxMinProblem& problem, int resource, double level) {
  for (std::size_t i = begin_[at(resource)]; i < begin_[at(resource) + 1]; ++i) {
    const int flow = users_[i];
    if (rates_[at(flow)] >= 0) continue;
    rates_[at(flow)] = level;
    const int multiplicity = problem.multiplicity[at(flow)];
    for (const Use& use : problem.uses_of(flow)) {
      const double weight = multiplicity * use.weight;
      room_[at(use.resource)] -= weight * level;
      rising_[at(use.resource)] -= weight;
      --rising_count_[at(use.resource)];
    }
  }
}

std::span<const double> MaxMin::solve(const MaxMinProblem& problem) {
  const std::size_t resources = problem.capacity.size();
  rates_.assign(problem.multiplicity.size(), -1.0);
  room_ = problem.capacity;
  rising_.assign(resources, 0.0);
  rising_count_.assign(resources, 0);
  for (int flow = 0; flow < problem.flow_count(); ++flow) {
    VTPU_CHECK(!problem.uses_of(flow).empty(), "every flow crosses a resource");
    for (const Use& use : problem.uses_of(flow)) {
      rising_[at(use.resource)] += problem.multiplicity[at(flow)] * use.weight;
      ++rising_count_[at(use.resource)];
    }
  }

  begin_.assign(resources + 1, 0);
  for (std::size_t r = 0; r < resources; ++r) begin_[r + 1] = begin_[r] + at(rising_count_[r]);
  cursor_.assign(begin_.begin(), begin_.end() - 1);
  users_.resize(problem.uses.size());
  for (int flow = 0; flow < problem.flow_count(); ++flow)
    for (const Use& use : problem.uses_of(flow)) users_[cursor_[at(use.resource)]++] = flow;

  heap_.clear();
  for (std::size_t r = 0; r < resources; ++r)
    if (rising_count_[r] > 0) heap_.push_back({level_of(static_cast<int>(r)), static_cast<int>(r)});
  std::make_heap(heap_.begin(), heap_.end(), later);

  double level = 0;
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Fill fill = heap_.back();
    heap_.pop_back();
    if (rising_count_[at(fill.resource)] == 0) continue;
    // Flows fixed since then leave capacity for the others, so a level in the heap can only be too low.
    const double now = level_of(fill.resource);
    if (now > level * kSameLevel) {
      if (now > fill.level) {
        heap_.push_back({now, fill.resource});
        std::push_heap(heap_.begin(), heap_.end(), later);
        continue;
      }
      level = now;
    }
    fix_flows_of(problem, fill.resource, level);
  }
  return rates_;
}

std::vector<double> max_min_rates(const MaxMinProblem& problem) {
  MaxMin solver;
  const std::span<const double> rates = solver.solve(problem);
  return {rates.begin(), rates.end()};
}

bool is_max_min(const MaxMinProblem& problem, std::span<const double> rates, double tolerance) {
  std::vector<double> load(problem.capacity.size(), 0.0);
  std::vector<double> fastest(problem.capacity.size(), 0.0);
  for (int flow = 0; flow < problem.flow_count(); ++flow)
    for (const Use& use : problem.uses_of(flow)) {
      load[at(use.resource)] += problem.multiplicity[at(flow)] * use.weight * rates[at(flow)];
      fastest[at(use.resource)] = std::max(fastest[at(use.resource)], rates[at(flow)]);
    }
  for (std::size_t r = 0; r < load.size(); ++r)
    if (load[r] > problem.capacity[r] * (1 + tolerance)) return false;
  for (int flow = 0; flow < problem.flow_count(); ++flow) {
    const bool bottleneck = std::ranges::any_of(problem.uses_of(flow), [&](const Use& use) {
      return load[at(use.resource)] >= problem.capacity[at(use.resource)] * (1 - tolerance) &&
             rates[at(flow)] >= fastest[at(use.resource)] * (1 - tolerance);
    });
    if (!bottleneck) return false;
  }
  return true;
}

}  // namespace vtpu::net::flow
