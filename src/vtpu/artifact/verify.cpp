#include "vtpu/artifact/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "vtpu/artifact/reference.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/provenance.h"

namespace vtpu::artifact {
namespace {

using measure::Interval;
using measure::Metric;
using measure::ResultFile;
using measure::Table;

constexpr double kLeastShare = 0.95;  // of the intervals must overlap

bool is_measured(const Metric& metric) { return metric.kind == measure::Kind::measured; }
bool is_measured(const Table& table) { return table.measured(); }

/// Calls `each(where, fresh, reference)` for the keys of both sides, where an entry that is missing is null, for all
/// entries that are measured, or all that are not.
template <class Map, class Each>
void for_each_key(const std::string& experiment, const Map& fresh, const Map& reference, bool measured,
                  const Each& each) {
  const auto other = [&](const Map& map, const std::string& key) {
    const auto at = map.find(key);
    return at == map.end() || is_measured(at->second) != measured ? nullptr : &at->second;
  };
  for (const auto& [key, entry] : fresh)
    if (is_measured(entry) == measured) each(experiment + ": " + key, &entry, other(reference, key));
  for (const auto& [key, entry] : reference)
    if (is_measured(entry) == measured && other(fresh, key) == nullptr)
      each(experiment + ": " + key, static_cast<decltype(&entry)>(nullptr), &entry);
}

/// Whether both sides have the key; notes a difference if not.
bool both(const std::string& where, const void* fresh, const void* reference, Comparison& comparison) {
  if (fresh != nullptr && reference != nullptr) return true;
  comparison.differences.push_back(where + (fresh == nullptr ? ": is missing" : ": is not in the reference set"));
  return false;
}

bool overlap(const Interval& a, const Interval& b) { return a.low <= b.high && b.low <= a.high; }

/// A count with a comma before each group of three digits.
std::string grouped(std::size_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::size_t measured_values(const ResultFile& result) {
  return static_cast<std::size_t>(std::count_if(result.metrics.begin(), result.metrics.end(),
                                                [](const auto& entry) { return is_measured(entry.second); }));
}

bool enough_overlap(const Comparison& comparison) {
  return static_cast<double>(comparison.overlapping) >= kLeastShare * static_cast<double>(comparison.intervals);
}

}  // namespace

void compare_deterministic(const ResultFile& fresh, const ResultFile& reference, Comparison& comparison) {
  const std::string& name = reference.experiment;
  if (fresh.mode != reference.mode || fresh.seed != reference.seed || fresh.configuration != reference.configuration) {
    comparison.differences.push_back(name + ": mode, seed or configuration differs from the reference");
    for (const auto& [key, metric] : reference.metrics) comparison.exact += is_measured(metric) ? 0 : 1;
    for (const auto& [key, table] : reference.tables) comparison.exact += is_measured(table) ? 0 : 1;
    return;
  }
  for_each_key(name, fresh.metrics, reference.metrics, false,
               [&](const std::string& where, const Metric* a, const Metric* b) {
                 ++comparison.exact;
                 if (!both(where, a, b, comparison)) return;
                 if (a->value == b->value && a->ci.low == b->ci.low && a->ci.high == b->ci.high)
                   ++comparison.exact_equal;
                 else
                   comparison.differences.push_back(
                       fmt::format("{}: found {} [{}, {}]; reference {} [{}, {}]; these must be equal in every bit",
                                   where, a->value, a->ci.low, a->ci.high, b->value, b->ci.low, b->ci.high));
               });
  for_each_key(name, fresh.tables, reference.tables, false,
               [&](const std::string& where, const Table* a, const Table* b) {
                 ++comparison.exact;
                 if (!both(where, a, b, comparison)) return;
                 if (a->rows == b->rows)
                   ++comparison.exact_equal;
                 else
                   comparison.differences.push_back(where + ": the table differs from its reference");
               });
}

Result<std::optional<std::size_t>> values_that_differ(const std::map<std::string, ResultFile>& results,
                                                      const std::filesystem::path& root, measure::Mode mode,
                                                      bool as_if_equal) {
  const Result<ReferenceSet> set = ReferenceSet::open(root, mode);
  if (!set) return std::optional<std::size_t>();  // a project without references
  Comparison comparison;
  bool any = false;
  for (const std::string& experiment : set->experiments()) {
    const auto fresh = results.find(experiment);
    if (fresh == results.end()) continue;
    Result<ResultFile> reference = set->load_deterministic(experiment);
    if (!reference) return reference.error();
    if (as_if_equal) {
      reference->mode = fresh->second.mode;
      reference->seed = fresh->second.seed;
      reference->configuration = fresh->second.configuration;
    }
    any = true;
    compare_deterministic(fresh->second, *reference, comparison);
  }
  if (!any) return std::optional<std::size_t>();
  return std::optional(comparison.differences.size());
}

void compare_measured(const ResultFile& fresh, const ResultFile& reference, Comparison& comparison) {
  for_each_key(
      reference.experiment, fresh.metrics, reference.metrics, true,
      [&](const std::string& where, const Metric* a, const Metric* b) {
        if (!both(where, a, b, comparison)) return;
        if (a->n < 2 || b->n < 2) {
          ++comparison.without_interval;
          return;
        }
        ++comparison.intervals;
        if (overlap(a->ci, b->ci))
          ++comparison.overlapping;
        else
          comparison.disjoint.push_back(fmt::format("{}: found [{:.4g}, {:.4g}] {}; reference [{:.4g}, {:.4g}]", where,
                                                    a->ci.low, a->ci.high, a->unit, b->ci.low, b->ci.high));
      });
}

Result<Comparison> verify(const std::filesystem::path& root, measure::Mode mode) {
  const Result<ReferenceSet> set = ReferenceSet::open(root, mode);
  if (!set) return set.error();
  Comparison comparison;
  for (const auto& [name, experiments] : set->classes()) comparison.reference_classes.push_back(name);
  for (const std::string& experiment : set->experiments()) {
    const Result<ResultFile> fresh = measure::load(root / "results/json", experiment);
    if (!fresh) return fresh.error();
    const Result<ResultFile> reference = set->load_deterministic(experiment);
    if (!reference) return reference.error();
    compare_deterministic(*fresh, *reference, comparison);
    if (fresh->configuration != reference->configuration || measured_values(*fresh) == 0) continue;
    const Result<measure::RunRecord> run = measure::read_provenance(fresh->provenance);
    if (!run) return Error{experiment, run.error().message(), ""};
    const Result<std::optional<std::string>> folder = set->folder_for(experiment, run->host);
    if (!folder) return folder.error();
    if (!*folder) {
      comparison.other_classes[run->host.name()] += measured_values(*fresh);
      continue;
    }
    const Result<ResultFile> measured = set->load(experiment, **folder);
    if (!measured) return measured.error();
    comparison.classes.insert(**folder);
    compare_measured(*fresh, *measured, comparison);
  }
  return comparison;
}

bool Comparison::agrees() const { return differences.empty() && enough_overlap(*this); }

std::string Comparison::report() const {
  std::string text;
  for (const std::string& line : differences) text += "differs: " + line + '\n';
  for (const std::string& line : disjoint) text += "disjoint: " + line + '\n';
  text += fmt::format("deterministic: {} of {} values and tables equal in every bit\n", grouped(exact_equal),
                      grouped(exact));
  if (!classes.empty()) {
    const double share = intervals == 0 ? 1 : static_cast<double>(overlapping) / static_cast<double>(intervals);
    text += fmt::format("measured: class {}: {} of {} intervals overlap ({:.1f} %), {} values have no interval\n",
                        join(std::vector(classes.begin(), classes.end()), ", "), grouped(overlapping),
                        grouped(intervals), 100 * share, grouped(without_interval));
    if (!enough_overlap(*this))
      text += fmt::format("measured: fewer than {:.0f} % of the intervals overlap\n", 100 * kLeastShare);
  }
  for (const auto& [name, values] : other_classes)
    text += fmt::format("measured: class {}: {} values not compared; the reference set has {}\n", name, grouped(values),
                        reference_classes.empty() ? "no class" : join(reference_classes, ", "));
  return text;
}

}  // namespace vtpu::artifact
