// Four topologies, drawn link by link from small examples, with their distances and whether the switches can form them.
#include <fmt/core.h>

#include <cmath>
#include <string>
#include <vector>

#include "all.h"
#include "shapes.h"
#include "vtpu/base/text.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

constexpr const char* kExperiment = "net-topology";
constexpr double kHeight = 2.6;

/// A panel: the example, the machine-sized relative in the summary (empty: there is none), and the row that says
/// whether the switches can form it on all chips.
struct Panel {
  const char* example;
  const char* title;
  const char* machine;
  const char* available;
  shapes::Projection projection;
};

/// A wrap-around link bends away from the straight line, so that it does not cover the links between its ends.
void bent(shapes::Strokes& strokes, std::pair<double, double> from, std::pair<double, double> to) {
  const double dx = to.first - from.first, dy = to.second - from.second;
  constexpr double kBend = 0.16;
  constexpr int kPieces = 10;
  std::pair<double, double> before = from;
  for (int i = 1; i <= kPieces; ++i) {
    const double t = static_cast<double>(i) / kPieces, bulge = 4 * kBend * t * (1 - t);
    const std::pair<double, double> now{from.first + t * dx - bulge * dy, from.second + t * dy + bulge * dx};
    strokes.add(before.first, before.second, now.first, now.second);
    before = now;
  }
}

void draw_panel(plot::Context& context, const Panel& panel, double middle) {
  const plot::TableView nodes = context.table(kExperiment, "example_nodes").where("topology", panel.example);
  const plot::TableView links = context.table(kExperiment, "example_links").where("topology", panel.example);
  const auto place = [&](double chip) {
    const std::size_t row = static_cast<std::size_t>(chip);
    return panel.projection.at(nodes.number(row, "x"), nodes.number(row, "y"), nodes.number(row, "z"));
  };
  /// Whether a link would pass over a chip between its ends, as some links of a hypercube drawn in a row do.
  const auto passes_over = [&](double from, double to) {
    const std::size_t a = static_cast<std::size_t>(from), b = static_cast<std::size_t>(to);
    return std::abs(nodes.number(a, "x") - nodes.number(b, "x")) > 1;
  };
  shapes::Strokes straight, around;
  for (std::size_t row = 0; row < links.size(); ++row) {
    const auto from = place(links.number(row, "from")), to = place(links.number(row, "to"));
    if (links.label(row, "wraps") == "yes")
      bent(around, from, to);
    else if (passes_over(links.number(row, "from"), links.number(row, "to")))
      bent(straight, from, to);
    else
      straight.add(from.first, from.second, to.first, to.second);
  }
  const bool dense = links.size() > 200;
  if (!around.x.empty()) shapes::strokes(around, plot::colour::kVermilion, dense ? 0.3 : 0.5);
  shapes::strokes(straight, plot::colour::kGrey, 0.5);
  plot::plt::Numbers x, y;
  for (std::size_t row = 0; row < nodes.size(); ++row) {
    const auto [px, py] = place(static_cast<double>(row));
    x.push_back(px);
    y.push_back(py);
  }
  shapes::dots(x, y, plot::colour::kBlue, dense ? 5 : 8);

  shapes::bold(middle, kHeight * 72 - 8, panel.title);
  shapes::words(middle, 34, fmt::format("drawn: {} chips", nodes.size()));
  const plot::TableView full = context.table(kExperiment, "available_topologies").where("slice", "16x16x16");
  const bool can = full.where("topology", panel.available).label("available") == "yes";
  std::string machine = "none of this size";
  if (*panel.machine != '\0') {
    const plot::TableView summary = context.table(kExperiment, "topology_summary").where("topology", panel.machine);
    machine =
        fmt::format("{:.0f} chips: {} hops, at most {:.0f}", summary.number("chips"),
                    significant(summary.number("hops_including_self_closed_form"), 2), summary.number("diameter"));
  }
  shapes::words(middle, 23, machine);
  shapes::words(middle, 12, can ? "the switches can form it" : "the switches cannot form it", "center",
                can ? plot::colour::kGreen : plot::colour::kVermilion);
}

void draw(plot::Context& context) {
  const double width = plot::kPageInches * 72, height = kHeight * 72;
  shapes::page(width, height);
  const Panel panels[] = {{"torus 4x4", "2D torus", "torus 64x64", "2D torus 64x64", {28, 70, 25, 0, 0}},
                          {"torus 4x4x4", "3D torus", "torus 16x16x16", "3D torus", {143, 62, 19, 0.52, 0.36}},
                          {"twisted torus 4x4x8", "twisted torus", "", "twisted torus", {270, 58, 13, 0.66, 0.42}},
                          {"hypercube 4", "hypercube", "hypercube 12", "hypercube 12", {404, 70, 27, 0.4, 0.62}}};
  const double middles[] = {66, 190, 322, 450};
  for (std::size_t i = 0; i < std::size(panels); ++i) draw_panel(context, panels[i], middles[i]);
}

}  // namespace

plot::Figure topology_comparison() {
  return {
      .name = "topology_comparison",
      .caption =
          "Four topologies drawn link by link from small examples; wrap-around links are red. Below each, the machine "
          "with the full number of chips: its mean and greatest distance, and whether the optical switches can form it "
          "on all chips. A twisted torus of this size does not exist, and the hypercube needs more links than a chip "
          "has.",
      .alt = "Four small graphs: a square grid with wrap-around arcs, a cube, a longer twisted box and a hypercube.",
      .width = plot::Width::page,
      .height = kHeight,
      .diagram = true,
      .claims = {"net.topologies"},
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
