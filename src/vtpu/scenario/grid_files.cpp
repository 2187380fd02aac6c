#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/base/json.h"
#include "vtpu/scenario/grid.h"
#include "vtpu/scenario/report.h"

namespace vtpu::scenario {
namespace {

using Json = nlohmann::ordered_json;

/// A column, and its place in the report of a point.
struct Column {
  const char* title;
  const char* section;  ///< empty: the report itself
  const char* key;
};
constexpr std::array<Column, 14> kNumbers = {{{"chips", "network", "chips"},
                                              {"links", "network", "links"},
                                              {"diameter", "network", "diameter"},
                                              {"average_hops", "network", "average_hops"},
                                              {"ideal_uniform_injection", "network", "ideal_uniform_injection"},
                                              {"vc_classes", "routing", "vc_classes"},
                                              {"mean_utilisation", "", "mean_utilisation"},
                                              {"busiest_utilisation", "", "busiest_utilisation"},
                                              {"messages", "completion", "messages"},
                                              {"time_ns", "completion", "time_ns"},
                                              {"injected_bytes", "completion", "injected_bytes"},
                                              {"delivered_bytes", "completion", "delivered_bytes"},
                                              {"lost_bytes", "completion", "lost_bytes"},
                                              {"ideal_throughput", "curve", "ideal_throughput"}}};
constexpr std::array<const char*, 9> kOfLoad = {"offered",
                                                "accepted",
                                                "stable",
                                                "latency_cycles",
                                                "latency_half_width_cycles",
                                                "latency_p99_cycles",
                                                "network_latency_cycles",
                                                "hops",
                                                "state"};
/// These come last: some hold commas, which would shift later columns for tools that split lines at commas.
constexpr std::array<Column, 4> kWords = {{{"level", "", "level"},
                                           {"network", "network", "name"},
                                           {"routing", "routing", "name"},
                                           {"work", "completion", "workload"}}};

std::string cell_of(const Json& json, const std::string& key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return "";
  if (found->is_string()) return found->get<std::string>();
  if (found->is_number_float()) return fmt::format("{}", found->get<double>());
  return json_text(*found);
}

/// The report of a point, from the line that `run_point` made.
Json point_json(const std::string& line) { return parse_json<Json>(line, "a point of a sweep", "a report").value(); }

std::string cell_of(const Json& report, const Column& column) {
  const std::string section = column.section;
  if (section.empty()) return cell_of(report, column.key);
  return report.contains(section) ? cell_of(report.at(section), column.key) : "";
}

}  // namespace

std::string grid_csv(const Grid& grid, const std::vector<std::string>& lines) {
  std::vector<std::string> titles;
  for (const Axis& axis : grid.axes()) titles.push_back(axis.key);
  for (const Column& column : kNumbers) titles.emplace_back(column.title);
  for (const char* title : kOfLoad) titles.emplace_back(title);
  for (const Column& column : kWords) titles.emplace_back(column.title);
  std::vector<std::vector<std::string>> rows;
  for (int point = 0; point < grid.size(); ++point) {
    const Json report = point_json(lines[static_cast<std::size_t>(point)]);
    std::vector<std::string> cells = grid.values(point);
    for (const Column& column : kNumbers) cells.push_back(cell_of(report, column));
    const Json loads = report.contains("curve") ? report.at("curve").at("points") : Json::array({Json::object()});
    for (const Json& load : loads) {
      rows.push_back(cells);
      for (const char* title : kOfLoad) rows.back().push_back(cell_of(load, std::string(title)));
      for (const Column& column : kWords) rows.back().push_back(cell_of(report, column));
    }
  }
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < titles.size(); ++i)
    if (i < grid.axes().size() ||
        std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return !row[i].empty(); }))
      kept.push_back(i);
  const auto line = [&](const std::vector<std::string>& cells) {
    std::vector<std::string> some;
    for (const std::size_t i : kept) some.push_back(cells[i]);
    return csv_line(some);
  };
  std::string text = line(titles);
  for (const auto& row : rows) text += line(row);
  return text;
}

nlohmann::ordered_json grid_json(const Grid& grid, const std::vector<std::string>& lines) {
  Json over = Json::object();
  for (const Axis& axis : grid.axes()) over[axis.key] = axis.values;
  Json points = Json::array();
  for (int point = 0; point < grid.size(); ++point) {
    Json at = Json::object();
    const std::vector<std::string> values = grid.values(point);
    for (std::size_t i = 0; i < values.size(); ++i) at[grid.axes()[i].key] = values[i];
    Json row{{"at", std::move(at)}};
    row.update(point_json(lines[static_cast<std::size_t>(point)]));
    points.push_back(std::move(row));
  }
  return {{"schema", kReportSchema},
          {"over", std::move(over)},
          {"units", {{"GB", "10^9 bytes"}}},
          {"points", std::move(points)}};
}

}  // namespace vtpu::scenario
