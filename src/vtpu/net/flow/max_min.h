#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace vtpu::net::flow {

/// A flow's use of one resource: the fraction of each of the flow's bytes that crosses it, > 0. Below 1 if the flow is
/// spread over several paths, above 1 if a path crosses the resource more than once.
struct Use {
  int resource = 0;
  double weight = 0;
};

/// Flows that share resources.
struct MaxMinProblem {
  std::vector<double> capacity;          ///< by resource, bytes per nanosecond, > 0
  std::vector<std::size_t> first = {0};  ///< by flow: first use in `uses`, and the end
  std::vector<Use> uses;                 ///< at least one per flow, each resource at most once per flow
  std::vector<int> multiplicity;         ///< by flow: how many equal flows it stands for, ≥ 1

  int flow_count() const { return static_cast<int>(multiplicity.size()); }
  std::span<const Use> uses_of(int flow) const {
    const auto f = static_cast<std::size_t>(flow);
    return std::span(uses).subspan(first[f], first[f + 1] - first[f]);
  }
  void add_flow(std::span<const Use> its_uses, int its_multiplicity = 1);
  void clear();
};

/// Max-min fair rates: no flow's rate can be raised without lowering that of a flow with an equal or lower rate.
/// Computed by progressive filling: all rates rise equally until a resource is full, which fixes the rates of its
/// flows; then the others continue. Each use is visited a fixed number of times, and a heap gives the next resource to
/// fill. Levels within a relative 10^-12 are treated as equal, so that flows with equal rates get the same bits.
/// Source: Bertsekas and Gallager, "Data Networks", second edition, 1992, section 6.5.2.
class MaxMin {
 public:
  /// The rate of one flow of each kind in bytes per nanosecond; valid until the next call.
  std::span<const double> solve(const MaxMinProblem& problem);

 private:
  struct Fill {
    double level;
    int resource;
  };
  static bool later(const Fill& a, const Fill& b);
  double level_of(int resource) const;
  void fix_flows_of(const MaxMinProblem& problem, int resource, double level);

  // Kept between calls only to reuse their memory.
  std::vector<double> rates_;        // by flow; negative: still rising
  std::vector<double> room_;         // by resource: capacity not taken by fixed flows
  std::vector<double> rising_;       // by resource: weight of the rising flows
  std::vector<int> rising_count_;    // by resource: number of rising flows
  std::vector<std::size_t> begin_;   // by resource: first entry in users_, and the end
  std::vector<int> users_;           // flows by resource
  std::vector<std::size_t> cursor_;  // by resource, while users_ is being filled
  std::vector<Fill> heap_;
};

std::vector<double> max_min_rates(const MaxMinProblem& problem);

/// Whether `rates` are max-min fair, up to a relative `tolerance`: no resource carries more than its capacity, and
/// every flow crosses a full resource on which no other flow is faster.
bool is_max_min(const MaxMinProblem& problem, std::span<const double> rates, double tolerance = 1e-9);

}  // namespace vtpu::net::flow
