#include "vtpu/artifact/family.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace vtpu::artifact {

std::optional<double> chance_of(const measure::Metric& metric, const AcceptanceRegion& region) {
  if (!region.contains(metric.ci) && region.meets(metric.ci)) return {};
  if (metric.ci.low == metric.ci.high) return 0.0;
  constexpr double kArm = 1.959963984540054;  // of a 95 % interval, in standard errors
  constexpr int kMostSamples = 1000;          // 2^-999 is still a normal number
  double errors = std::numeric_limits<double>::infinity();
  for (const double end : {region.low, region.high}) {
    const double arm = end < metric.value ? metric.value - metric.ci.low : metric.ci.high - metric.value;
    if (arm > 0) errors = std::min(errors, std::abs(metric.value - end) / arm * kArm);
  }
  const int samples = static_cast<int>(std::min<std::size_t>(metric.n, kMostSamples));
  return std::min(1.0, std::max(std::erfc(errors / std::sqrt(2.0)), std::ldexp(1.0, 1 - samples)));
}

std::vector<bool> holm(const std::vector<double>& p_values, double level) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<bool> rejected(p_values.size(), false);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (p_values[order[i]] > level / static_cast<double>(order.size() - i)) break;
    rejected[order[i]] = true;
  }
  return rejected;
}

void judge_family(std::vector<Judged>& judged) {
  std::vector<Judged*> members;
  std::vector<double> p_values;
  for (Judged& one : judged) {
    one.family = one.p_value ? Family::exact : Family::undecided;
    if (!one.p_value || *one.p_value == 0) continue;
    members.push_back(&one);
    p_values.push_back(*one.p_value);
  }
  const std::vector<bool> stands = holm(p_values, kFamilyLevel);
  for (std::size_t i = 0; i < members.size(); ++i) members[i]->family = stands[i] ? Family::stands : Family::falls;
}

FamilyCount count_family(const std::vector<Judged>& judged) {
  FamilyCount count;
  for (const Judged& one : judged) {
    if (one.family == Family::stands) ++count.stand;
    if (one.family == Family::stands || one.family == Family::falls) ++count.members;
  }
  return count;
}

std::string_view name_of(Family family) {
  switch (family) {
    case Family::undecided: return "";
    case Family::exact: return "exact";
    case Family::stands: return "stands";
    case Family::falls: return "does not stand";
  }
  return "";
}

}  // namespace vtpu::artifact
