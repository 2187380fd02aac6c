#include "vtpu/artifact/verify.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"

namespace vtpu::artifact {
namespace {

const Bound* bound_for(const std::string& key, const std::vector<Bound>& bounds) {
  const Bound* best = nullptr;
  for (const Bound& bound : bounds)
    if (key.starts_with(bound.prefix) && (best == nullptr || bound.prefix.size() > best->prefix.size())) best = &bound;
  return best;
}

bool within(double fresh, double reference, double factor) {
  if (fresh == reference || std::isinf(factor)) return true;
  if (reference == 0 || fresh / reference <= 0) return false;
  return std::abs(std::log(fresh / reference)) <= std::log(factor);
}

void compare_metric(const std::string& where, const measure::Metric& fresh, const measure::Metric& reference,
                    const std::vector<Bound>& bounds, Comparison& comparison) {
  if (fresh.kind != measure::Kind::measured) {
    if (fresh.value == reference.value && fresh.ci.low == reference.ci.low && fresh.ci.high == reference.ci.high)
      ++comparison.exact_equal;
    else
      comparison.differences.push_back(fmt::format("{}: found {}; reference {}; these must be equal in every bit",
                                                   where, fresh.value, reference.value));
    return;
  }
  const Bound* bound = bound_for(fresh.key, bounds);
  if (bound == nullptr)
    comparison.differences.push_back(fmt::format("{}: bounds.csv has no bound for this measured number", where));
  else if (within(fresh.value, reference.value, bound->factor))
    ++comparison.within_bounds;
  else
    comparison.differences.push_back(fmt::format("{}: found {:.4g}; reference {:.4g}, within a factor of {}", where,
                                                 fresh.value, reference.value, bound->factor));
}

void compare_table(const std::string& where, const measure::Table& fresh, const measure::Table& reference,
                   Comparison& comparison) {
  if (fresh.measured()) return;  // the numbers that matter are metrics, with their own bounds
  if (fresh.rows == reference.rows)
    ++comparison.exact_equal;
  else
    comparison.differences.push_back(fmt::format("{}: the table differs from its reference", where));
}

template <class Map, class Compare>
void compare_maps(const std::string& experiment, const Map& fresh, const Map& reference, Comparison& comparison,
                  const Compare& compare_entry) {
  for (const auto& [key, entry] : fresh) {
    const std::string where = experiment + ": " + key;
    const auto at = reference.find(key);
    if (at == reference.end())
      comparison.differences.push_back(where + ": is not in the reference set");
    else
      compare_entry(where, entry, at->second);
  }
  for (const auto& [key, entry] : reference)
    if (!fresh.contains(key)) comparison.differences.push_back(experiment + ": " + key + ": is missing");
}

}  // namespace

Result<std::vector<Bound>> read_bounds(const std::filesystem::path& path) {
  const Result<Csv> csv = read_csv(path);
  if (!csv) return csv.error();
  const Result<std::size_t> prefix = csv->column("prefix");
  if (!prefix) return prefix.error();
  const Result<std::size_t> factor = csv->column("factor");
  if (!factor) return factor.error();
  std::vector<Bound> bounds;
  for (const Csv::Row& row : csv->rows) {
    if (row.cells[*factor] == "any") {
      bounds.push_back({row.cells[*prefix], std::numeric_limits<double>::infinity()});
      continue;
    }
    const Result<double> value = parse_number(row.cells[*factor], csv->where(row) + ", factor");
    if (!value) return value.error();
    if (*value < 1) return Error{csv->where(row) + ", factor", fmt::format("found {}", *value), "1 or more"};
    bounds.push_back({row.cells[*prefix], *value});
  }
  return bounds;
}

void compare(const measure::ResultFile& fresh, const measure::ResultFile& reference, const std::vector<Bound>& bounds,
             Comparison& comparison) {
  const std::string& name = fresh.experiment;
  if (fresh.mode != reference.mode || fresh.seed != reference.seed || fresh.configuration != reference.configuration) {
    comparison.differences.push_back(name + ": mode, seed or configuration differs from the reference");
    return;
  }
  compare_maps(name, fresh.metrics, reference.metrics, comparison,
               [&](const std::string& where, const measure::Metric& a, const measure::Metric& b) {
                 compare_metric(where, a, b, bounds, comparison);
               });
  compare_maps(name, fresh.tables, reference.tables, comparison,
               [&](const std::string& where, const measure::Table& a, const measure::Table& b) {
                 compare_table(where, a, b, comparison);
               });
}

}  // namespace vtpu::artifact
