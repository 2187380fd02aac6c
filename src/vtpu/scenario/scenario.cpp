#include "vtpu/scenario/scenario.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "vtpu/base/text.h"
#include "vtpu/scenario/keys.h"

namespace vtpu::scenario {
namespace {

/// Whether a flag has overridden a condition under which a key of the file has a meaning.
bool overridden(const Scenario& scenario, const Key& key, const Key& without) {
  const auto by_flag = [&](const std::string& name) { return scenario.where(name).starts_with("--"); };
  return !by_flag(key.full()) && by_flag(without.when.key);
}

}  // namespace

std::string Scenario::where(std::string_view key) const {
  const auto found = given.find(key);
  return found == given.end() ? fmt::format("{} (default)", key) : found->second;
}

Error at_key(const Scenario& scenario, std::string_view key, const Error& error) {
  return {scenario.where(key), error.where.empty() ? error.found : error.where + ": " + error.found, error.expected};
}

Result<void> set(Scenario& scenario, std::string_view assignment, std::string_view flag) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return Error{std::string(flag), fmt::format("found '{}'", assignment),
                 "section.key=value, as in network.sides=4x4x8"};
  const std::string name(trim(assignment.substr(0, equals)));
  const auto key = named_key(name, flag);
  if (!key) return key.error();
  const std::string where = fmt::format("{} {}", flag, name);
  const std::string_view value = assignment.substr(equals + 1);
  // The name of a file may begin or end with a blank.
  const Field field = (*key)->field(scenario);
  const bool names_file =
      std::holds_alternative<File*>(field) || ((*key)->section == "output" && std::holds_alternative<Text*>(field));
  if (const auto stored = assign_text(**key, scenario, names_file ? value : trim(value), where); !stored) return stored;
  scenario.given[name] = where;
  return {};
}

Result<void> check(const Scenario& scenario) {
  for (const Key& key : keys()) {
    const Key* without = without_meaning(key, scenario);
    if (!scenario.is_given(key.full()) || without == nullptr || overridden(scenario, key, *without)) continue;
    const When& when = without->when;
    return Error{scenario.where(key.full()),
                 fmt::format("has no meaning with {} = {}", when.key, value_text(*find_key(when.key), scenario)),
                 fmt::format("{} = {}", when.key, join(when.words, " or "))};
  }
  const Numbers& loads = scenario.traffic.loads;
  if (loads.empty()) return Error{scenario.where("traffic.loads"), "found no loads", "at least one load"};
  for (std::size_t i = 0; i < loads.size(); ++i)
    if (loads[i] <= (i == 0 ? 0 : loads[i - 1]))
      return Error{scenario.where("traffic.loads"),
                   fmt::format("found {}{}", loads[i], i == 0 ? "" : " after one that is not lower"),
                   "positive loads that rise"};
  Scenario copy = scenario;  // `field` gives places to write to
  for (const Key& key : keys()) {
    // A file that depends on another key is required where it has a meaning; any other file is optional.
    if (key.when.key.empty() || !has_meaning(key, scenario)) continue;
    const Field field = key.field(copy);
    if (const auto* file = std::get_if<File*>(&field); file != nullptr && (*file)->name.empty())
      return Error{scenario.where(key.full()), "found no file name", "the name of a file"};
  }
  return {};
}

}  // namespace vtpu::scenario
