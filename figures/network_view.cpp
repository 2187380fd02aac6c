// Draws a report of phextnet: the load curve, the load of every link, or the machine with its busiest links and its
// failures. It is not a figure of the paper and declares none.
#include "network_view.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shapes.h"
#include "vtpu/base/arguments.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/result.h"
#include "vtpu/base/text_file.h"
#include "vtpu/plot/figure.h"
#include "vtpu/plot/interpreter.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;
namespace colour = plot::colour;
using nlohmann::json;
using shapes::Strokes;

/// Light to dark by share of the busiest link's load; the last colour stands out.
constexpr std::array<const char*, 6> kHeat = {"#D9E6F2", "#A6CBE3", "#68A5CF",
                                              "#2F78B3", "#084A91", colour::kVermilion};
constexpr std::array<double, 6> kFrom = {0, 0.2, 0.4, 0.6, 0.8, 0.95};

std::size_t heat_of(double part) {
  std::size_t heat = 0;
  while (heat + 1 < kFrom.size() && part >= kFrom[heat + 1]) ++heat;
  return heat;
}

/// A number of a report that may be missing or null, because it was not computed.
std::optional<double> known(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return found->get<double>();
}

double utilisation_of(const json& link) { return known(link, "utilisation").value_or(0); }

double most_of(const json& links) {
  double most = 0;
  for (const json& link : links) most = std::max(most, utilisation_of(link));
  return most;
}

std::string heat_label(std::size_t heat, double most) {
  const double to = heat + 1 < kFrom.size() ? kFrom[heat + 1] : 1;
  return fmt::format("{:.0f} to {:.0f} %", 100 * kFrom[heat] * most, 100 * to * most);
}

/// The names in it may be those of files.
std::string title_of(const json& report) {
  const std::string name = report.at("network").at("name");
  if (const auto load = known(report, "load_at")) return drawable(fmt::format("{}, load {}", name, *load));
  if (report.contains("completion"))
    return drawable(fmt::format("{}, {}", name, report.at("completion").at("workload").get<std::string>()));
  return drawable(name);
}

/// Without the meaning of dollar signs, between which Matplotlib expects a formula.
std::string without_formulas(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '$') out += '\\';
    out += c;
  }
  return out;
}

void draw_curve(const json& report) {
  const json& curve = report.at("curve");
  plt::Numbers loads, accepted, stable, latency, low, high;
  double unstable = 0;
  for (const json& point : curve.at("points")) {
    loads.push_back(point.at("offered"));
    accepted.push_back(point.at("accepted"));
    if (!point.at("stable").get<bool>()) {
      if (unstable == 0 && point.value("state", "saturated") == "saturated") unstable = loads.back();
      continue;
    }
    stable.push_back(loads.back());
    latency.push_back(point.at("latency_cycles"));
    low.push_back(latency.back() - point.at("latency_half_width_cycles").get<double>());
    high.push_back(latency.back() + point.at("latency_half_width_cycles").get<double>());
  }
  plt::figure_size(plot::kPageInches, 2.6);
  plt::subplots(1, 2);
  plt::axes(0);
  plt::errorbar(stable, latency, low, high, {{"fmt", "o-"}, {"color", colour::kBlue}, {"markersize", 3.0}});
  if (unstable > 0) plt::axvspan(unstable, std::max(1.0, loads.back()), {{"color", colour::kLight}});
  plt::xlim(0, 1.05 * loads.back());
  plt::ylim(0, latency.empty() ? 1 : 1.1 * *std::max_element(latency.begin(), latency.end()));
  plt::xlabel("offered load (flits/chip/cycle)");
  plt::ylabel("latency (cycles)");
  plt::title(without_formulas(drawable(report.at("network").at("name").get<std::string>())) +
             (unstable > 0 ? ", grey: saturated" : ""));
  plt::axes(1);
  plt::plot(loads, loads, {{"color", colour::kGrey}, {"linestyle", ":"}, {"label", "offered"}});
  plt::plot(loads, accepted, {{"marker", "o"}, {"markersize", 3.0}, {"color", colour::kBlue}, {"label", "accepted"}});
  const std::optional<double> ideal = known(curve, "ideal_throughput");
  if (ideal)
    plt::axhline(*ideal, {{"color", colour::kVermilion}, {"linestyle", "--"}, {"label", "ideal for this routing"}});
  plt::ylim(0, 1.1 * std::max(loads.back(), ideal.value_or(0)));
  plt::xlabel("offered load (flits/chip/cycle)");
  plt::ylabel("accepted load (flits/chip/cycle)");
  plt::legend({{"loc", "upper left"}});
}

/// The position of every node in the report, by its name.
std::map<std::string, std::size_t> positions_of(const json& nodes) {
  std::map<std::string, std::size_t> positions;
  for (const json& node : nodes) positions.emplace(node.at("name").get<std::string>(), positions.size());
  return positions;
}

/// The position of a link's end. A link to a node that the report does not have is an error like any other of its JSON.
std::size_t end_of(const json& link, const char* end, const std::map<std::string, std::size_t>& positions) {
  const std::string name = link.at(end).get<std::string>();
  const auto found = positions.find(name);
  if (found == positions.end()) throw json::other_error::create(501, "no node '" + name + "'", &link);
  return found->second;
}

/// The direction of a link on a grid, "+x"; empty elsewhere, where its name is "a -> b".
std::string direction_of(const json& link) {
  const std::string name = link.at("name");
  return name.find(" -> ") == std::string::npos ? name.substr(name.rfind(' ') + 1) : "";
}

/// Nodes from left to right, with their links stacked.
void draw_links(const json& report) {
  const json& links = report.at("links");
  const auto positions = positions_of(report.at("nodes"));
  const double most = std::max(1e-12, most_of(links));
  std::array<plt::Numbers, kHeat.size()> x, y;
  plt::Numbers failed_x, failed_y;
  long ports = 0;
  for (const json& link : links) {
    const auto node = static_cast<double>(end_of(link, "from", positions));
    const double port = link.at("port");
    ports = std::max(ports, link.at("port").get<long>() + 1);
    if (link.value("failed", false)) {
      failed_x.push_back(node);
      failed_y.push_back(port);
      continue;
    }
    const std::size_t heat = heat_of(utilisation_of(link) / most);
    x[heat].push_back(node);
    y[heat].push_back(port);
  }
  const auto nodes = static_cast<double>(report.at("nodes").size());
  plt::figure_size(plot::kPageInches, 1.4 + 0.16 * static_cast<double>(ports));
  const double size = std::clamp(plot::kPageInches * 72 * 0.8 / nodes, 0.6, 10.0);
  for (std::size_t heat = 0; heat < kHeat.size(); ++heat)
    if (!x[heat].empty())
      plt::scatter(x[heat], y[heat],
                   {{"color", kHeat[heat]},
                    {"s", size * size},
                    {"marker", "s"},
                    {"linewidths", 0.0},
                    {"label", heat_label(heat, most)}});
  if (!failed_x.empty())
    plt::scatter(failed_x, failed_y, {{"color", colour::kBlack}, {"s", 14.0}, {"marker", "x"}, {"label", "failed"}});
  plt::Numbers places;
  plt::Strings names;
  for (long port = 0; port < ports; ++port) {
    places.push_back(static_cast<double>(port));
    names.push_back(fmt::format("{}", port));
  }
  for (const json& link : links)
    if (const std::string direction = direction_of(link); !direction.empty())
      names[link.at("port").get<std::size_t>()] = direction;
  plt::yticks(places, names);
  plt::ylim(-0.7, static_cast<double>(ports) - 0.3);
  plt::xlabel("index of chip or switch");
  plt::ylabel("link");
  plt::title(without_formulas(title_of(report)));
  plt::figure_legend({{"ncol", 7L}});
}

struct Point {
  double x = 0;
  double y = 0;
};

Point projected(const json& place, double step_x = 0, double step_y = 0, double step_z = 0) {
  const shapes::Projection projection{.step = 1};
  const auto [x, y] = projection.at(place.at(0).get<double>() + step_x, place.at(1).get<double>() + step_y,
                                    place.at(2).get<double>() + step_z);
  return {x, y};
}

double length(const json& a, const json& b) {
  double squares = 0;
  for (std::size_t d = 0; d < 3; ++d) squares += std::pow(a.at(d).get<double>() - b.at(d).get<double>(), 2);
  return std::sqrt(squares);
}

/// End of a link's half: its midpoint, or, for a wrap-around link of a grid, a stub that leaves the grid.
Point end_of_half(const json& link, const json& from, const json& to) {
  const std::string end = direction_of(link);
  constexpr double kStub = 0.35;
  const bool direction = end.size() == 2 && (end[0] == '+' || end[0] == '-') && end[1] >= 'x' && end[1] <= 'z';
  if (direction && length(from, to) > 1.5) {
    const double step = end[0] == '+' ? kStub : -kStub;
    return projected(from, end[1] == 'x' ? step : 0, end[1] == 'y' ? step : 0, end[1] == 'z' ? step : 0);
  }
  const Point a = projected(from);
  const Point b = projected(to);
  return {(a.x + b.x) / 2, (a.y + b.y) / 2};
}

/// Nodes at their places; each link is drawn as two halves in the colours of its two directions.
void draw_machine(const json& report) {
  const json& nodes = report.at("nodes");
  const json& links = report.at("links");
  const auto positions = positions_of(nodes);
  const double most = most_of(links);
  std::array<Strokes, kHeat.size()> strokes;
  Strokes failed;
  double low_x = 0, high_x = 0, low_y = 0, high_y = 0;
  for (const json& link : links) {
    const json& from = nodes.at(end_of(link, "from", positions)).at("place");
    const json& to = nodes.at(end_of(link, "to", positions)).at("place");
    const Point a = projected(from);
    const Point b = end_of_half(link, from, to);
    low_x = std::min({low_x, a.x, b.x});
    high_x = std::max({high_x, a.x, b.x});
    low_y = std::min({low_y, a.y, b.y});
    high_y = std::max({high_y, a.y, b.y});
    const double part = most > 0 ? utilisation_of(link) / most : 0;
    (link.value("failed", false) ? failed : strokes[heat_of(part)]).add(a.x, a.y, b.x, b.y);
  }
  const double aspect = (high_y - low_y + 1) / (high_x - low_x + 1);
  plt::figure_size(plot::kPageInches, std::clamp(plot::kPageInches * aspect + 0.5, 2.0, 6.0));
  plt::subplots(1, 1);
  for (std::size_t heat = 0; heat < kHeat.size(); ++heat)
    if (!strokes[heat].x.empty())
      plt::plot(strokes[heat].x, strokes[heat].y,
                {{"color", kHeat[heat]},
                 {"linewidth", 1.6},
                 {"solid_capstyle", "butt"},
                 {"label", most > 0 ? heat_label(heat, most) : std::string("link")}});
  if (!failed.x.empty())
    plt::plot(failed.x, failed.y,
              {{"color", colour::kBlack}, {"linewidth", 0.9}, {"linestyle", ":"}, {"label", "failed"}});
  struct Kind {
    const char* label;
    const char* marker;
    const char* colour;
    double area;
    plt::Numbers x, y;
  };
  const double area = nodes.size() > 200 ? 7 : 24;
  std::array<Kind, 3> kinds = {{{"chip", "o", "#404040", area, {}, {}},
                                {"switch", "s", "#404040", 1.5 * area, {}, {}},
                                {"failed chip", "X", "#000000", 30, {}, {}}}};
  for (const json& node : nodes) {
    Kind& kind = kinds[node.value("failed", false) ? 2 : node.value("switch", false) ? 1 : 0];
    const Point at = projected(node.at("place"));
    kind.x.push_back(at.x);
    kind.y.push_back(at.y);
  }
  for (const Kind& kind : kinds)
    if (!kind.x.empty())
      plt::scatter(kind.x, kind.y,
                   {{"color", kind.colour},
                    {"s", kind.area},
                    {"marker", kind.marker},
                    {"linewidths", 0.0},
                    {"zorder", 3L},
                    {"label", kind.label}});
  plt::axis("equal");
  plt::axis("off");
  plt::title(without_formulas(title_of(report)));
  plt::figure_legend({{"ncol", 5L}});
}

Result<void> draw(const json& report, const std::string& view) {
  if (view == "curve" && !report.contains("curve"))
    return Error{"--view curve", "found a run of a workload, which has no curve", "links or machine"};
  if (view == "links" && report.at("load_unit").get<std::string>().empty())
    return Error{"--view links", "found a report without a simulation", "machine"};
  plot::apply_style();
  if (view == "curve") draw_curve(report);
  if (view == "links") draw_links(report);
  if (view == "machine") draw_machine(report);
  return {};
}

Result<void> draw_file(const std::string& file, const std::string& view, const std::string& svg) {
  const auto text = read_text(file);
  if (!text) return text.error();
  const auto parsed = parse_json<json>(*text, file, "what 'phextnet run --json' writes");
  if (!parsed) return parsed.error();
  const json& report = *parsed;
  try {
    const plot::Interpreter interpreter;
    if (const auto drawn = draw(report, view); !drawn) return drawn;
    const std::string bytes = plt::render("svg", {{"Title", title_of(report)}});
    plt::close();
    return write_file(svg, bytes);
  } catch (const json::exception& error) {
    return Error{file, std::string("found another JSON: ") + error.what(), "what 'phextnet run --json' writes"};
  } catch (const plot::PythonError& error) {
    return Error{svg, error.what(), ""};
  }
}

}  // namespace

bool asks_for_network_view(int argc, char** argv) {
  return std::any_of(argv, argv + argc, [](const char* argument) { return std::string_view(argument) == "--network"; });
}

int network_view_main(int argc, char** argv) {
  CLI::App app{"Draws a report of phextnet."};
  std::string file, view = "machine", svg;
  app.add_option("--network", file, "report, as phextnet writes it with --json")->required();
  app.add_option("--view", view, "curve, links or machine")->check(one_of({"curve", "links", "machine"}));
  app.add_option("--svg", svg, "file to write")->required();
  const Result<std::string> help = parse_arguments("render_figures", app, argc, argv);
  if (!help) {
    std::fputs(fmt::format("render_figures: {}\n", help.error().message()).c_str(), stderr);
    return 2;
  }
  if (!help->empty()) return plot::printed(*help);
  const auto drawn = draw_file(file, view, svg);
  if (drawn) return 0;
  std::fputs(fmt::format("render_figures: {}\n", drawn.error().message()).c_str(), stderr);
  return 1;
}

}  // namespace vtpu::figures
