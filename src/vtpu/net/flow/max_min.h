#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace vtpu::net::flow {

/// Of one flow on one resource: how much of each of the flow's bytes crosses it. Below 1 where the flow is spread over
/// several ways, above 1 where a way crosses the resource more than once. > 0.
struct Use {
  int resource = 0;
  double weight = 0;
};

/// Flows that share resources.
struct MaxMinProblem {
  std::vector<double> capacity;          ///< by resource, bytes a nanosecond, > 0
  std::vector<std::size_t> first = {0};  ///< into `uses`, by flow, and the end
  std::vector<Use> uses;                 ///< of each flow at least one, each resource at most once
  std::vector<int> multiplicity;         ///< by flow: how many alike it stands for, ≥ 1

  int flow_count() const { return static_cast<int>(multiplicity.size()); }
  std::span<const Use> uses_of(int flow) const {
    const auto f = static_cast<std::size_t>(flow);
    return std::span(uses).subspan(first[f], first[f + 1] - first[f]);
  }
  void add_flow(std::span<const Use> its_uses, int its_multiplicity = 1);
  void clear();
};

/// Max-min fair rates: no flow's rate can be raised without lowering that of a flow which has no more. By progressive
/// filling: all rates rise alike until a resource is full, which fixes its flows, and so on with the others. Each use
/// is looked at a fixed number of times; the next resource to fill comes from a heap. Levels closer than 10^-12 of each
/// other are one, so that flows with equal rates get the same bits.
/// Source: Bertsekas and Gallager, "Data Networks", second edition, 1992, section 6.5.2.
class MaxMin {
 public:
  /// The rate of one flow of each kind, bytes a nanosecond; valid until the next call.
  std::span<const double> solve(const MaxMinProblem& problem);

 private:
  struct Fill {
    double level;
    int resource;
  };
  static bool later(const Fill& a, const Fill& b);
  double level_of(int resource) const;
  void fix_flows_of(const MaxMinProblem& problem, int resource, double level);

  // Kept between calls for their memory only.
  std::vector<double> rates_;        // by flow; negative: still rising
  std::vector<double> room_;         // by resource: capacity not taken by fixed flows
  std::vector<double> rising_;       // by resource: weight of the rising flows
  std::vector<int> rising_count_;    // by resource: how many
  std::vector<std::size_t> begin_;   // into users_, by resource, and the end
  std::vector<int> users_;           // flows by resource
  std::vector<std::size_t> cursor_;  // by resource, while users_ is being filled
  std::vector<Fill> heap_;
};

std::vector<double> max_min_rates(const MaxMinProblem& problem);

/// Whether `rates` are max-min fair, up to a relative `tolerance`: no resource carries more than its capacity, and
/// every flow crosses a full resource on which no other flow is faster.
bool is_max_min(const MaxMinProblem& problem, std::span<const double> rates, double tolerance = 1e-9);

}  // namespace vtpu::net::flow
