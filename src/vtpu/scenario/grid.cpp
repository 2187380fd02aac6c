#include "vtpu/scenario/grid.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <variant>

#include "vtpu/base/check.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/run.h"
#include "vtpu/scenario/subject.h"
#include "vtpu/scenario/work.h"

namespace vtpu::scenario {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFlag = "--over";
constexpr double kMostPoints = 1e6;

bool holds_list(const Key& key) {
  Scenario scenario;
  const Field field = key.field(scenario);
  return std::holds_alternative<Numbers*>(field) || std::holds_alternative<Texts*>(field);
}

Error of_point(const std::string& name, const Error& error) {
  return {name + ": " + error.where, error.found, error.expected};
}

}  // namespace

Result<Axis> parse_axis(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return Error{kFlag, fmt::format("found '{}'", text), "section.key=value,value, as in network.sides=4x4x4,4x4x8"};
  Axis axis{std::string(trim(text.substr(0, equals))), {}};
  const auto key = named_key(axis.key, kFlag);
  if (!key) return key.error();
  const std::string where = fmt::format("{} {}", kFlag, axis.key);
  if (!bears_on_run(**key))
    return Error{where, "found a key that affects no result", "a key that affects the simulation"};
  for (const std::string_view piece : split_outside_quotes(text.substr(equals + 1), holds_list(**key) ? ';' : ',')) {
    axis.values.emplace_back(trim(piece));
    Scenario scratch;
    if (const auto right = assign_text(**key, scratch, axis.values.back(), where); !right) return right.error();
    if (std::count(axis.values.begin(), axis.values.end(), axis.values.back()) > 1)
      return Error{where, fmt::format("found '{}' twice", axis.values.back()), "each value once"};
  }
  return axis;
}

Result<Grid> Grid::make(const Scenario& base, std::vector<Axis> axes) {
  double size = 1;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    size *= static_cast<double>(axes[i].values.size());
    for (std::size_t j = 0; j < i; ++j)
      if (axes[i].key == axes[j].key)
        return Error{fmt::format("{} {}", kFlag, axes[i].key), "found the key a second time",
                     "one --over with all its values"};
  }
  if (size > kMostPoints) return Error{kFlag, fmt::format("found {} points", size), "at most a million"};
  Grid grid(base, std::move(axes), static_cast<int>(size));
  for (int point = 0; point < grid.size(); ++point) {
    const auto scenario = grid.made(point);
    if (!scenario) return scenario.error();
    if (const auto right = check(*scenario); !right) return of_point(grid.name(point), right.error());
    if (const auto right = check_levels(*scenario, level_of(*scenario)); !right)
      return of_point(grid.name(point), right.error());
    const auto subject = build_subject(*scenario);
    if (!subject) return of_point(grid.name(point), subject.error());
    if (scenario->has_workload()) continue;
    if (const auto traffic = build_traffic(*scenario, *subject); !traffic)
      return of_point(grid.name(point), traffic.error());
  }
  return grid;
}

std::vector<std::string> Grid::values(int point) const {
  std::vector<std::string> values(axes_.size());
  for (std::size_t i = axes_.size(); i-- > 0;) {
    const int count = static_cast<int>(axes_[i].values.size());
    values[i] = axes_[i].values[static_cast<std::size_t>(point % count)];
    point /= count;
  }
  return values;
}

std::string Grid::name(int point) const {
  const std::vector<std::string> given = values(point);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < axes_.size(); ++i) parts.push_back(axes_[i].key + "=" + given[i]);
  return join(parts, ", ");
}

Result<Scenario> Grid::made(int point) const {
  Scenario scenario = base_;
  const std::vector<std::string> given = values(point);
  for (std::size_t i = 0; i < axes_.size(); ++i)
    if (const auto done = set(scenario, axes_[i].key + "=" + given[i], kFlag); !done) return done.error();
  scenario.simulation.threads = 1;  // points already run in parallel
  return scenario;
}

Scenario Grid::at(int point) const {
  auto scenario = made(point);
  VTPU_CHECK(scenario.ok(), "the points of a grid were checked when it was made");
  return *std::move(scenario);
}

Result<std::string> Grid::identity() const {
  std::string all;
  std::map<std::string, std::string> digests;
  for (int point = 0; point < size_; ++point) {
    Scenario scenario = at(point);
    for (const Key& key : keys()) {
      if (!bears_on_run(key) || !has_meaning(key, scenario) || !has_effect(key, scenario, level_of(scenario))) continue;
      all += fmt::format("{} = {}\n", key.full(), value_text(key, scenario));
      const Field field = key.field(scenario);
      const auto* file = std::get_if<File*>(&field);
      if (file == nullptr || (*file)->name.empty()) continue;
      const std::string path = (*file)->path.string();
      if (!digests.contains(path)) {
        const auto digest = sha256_of_file(path);
        if (!digest) return at_key(scenario, key.full(), digest.error());
        digests[path] = *digest;
      }
      all += digests[path] + "\n";
    }
  }
  std::vector<std::string> over;
  for (const Axis& axis : axes_) over.push_back(axis.key + "=" + join(axis.values, ","));
  return fmt::format("a sweep over {}: {}", join(over, " "), sha256(all));
}

Result<std::string> run_point(const Grid& grid, int point, const net::workload::Watch& watch) {
  const auto done = run(grid.at(point), watch);
  if (!done) return of_point(grid.name(point), done.error());
  const Report& report = done->report;
  if (report.interrupted) return Error{grid.name(point), "interrupted", ""};
  Json json = report_json(report);
  for (const char* left_out : {"schema", "units", "interrupted", "nodes", "links"}) json.erase(left_out);
  double sum = 0, most = 0;
  int working = 0;
  for (const LinkRow& link : report.links) {
    if (link.failed || !link.utilisation) continue;
    sum += *link.utilisation;
    most = std::max(most, *link.utilisation);
    ++working;
  }
  json["mean_utilisation"] = working > 0 ? Json(sum / working) : Json(nullptr);
  json["busiest_utilisation"] = working > 0 ? Json(most) : Json(nullptr);
  return json_text(json);
}

}  // namespace vtpu::scenario
