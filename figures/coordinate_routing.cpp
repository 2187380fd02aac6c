// A dimension-order route through the cube of coordinates, chip by chip.
#include <fmt/core.h>

#include <array>
#include <string>
#include <vector>

#include "all.h"
#include "shapes.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

constexpr const char* kExperiment = "net-topology";
constexpr double kHeight = 2.7;
constexpr std::array<const char*, 3> kAxes = {"volume", "book", "chapter"};
constexpr std::array<const char*, 3> kColours = {plot::colour::kVermilion, plot::colour::kGreen, plot::colour::kBlue};

void draw(plot::Context& context) {
  const double width = plot::kColumnInches * 72, height = kHeight * 72;
  shapes::page(width, height);
  const plot::TableView route = context.table(kExperiment, "route_dimension_order");
  const shapes::Projection projection{.left = 34, .bottom = 30, .step = 7.9, .depth_x = 0.44, .depth_y = 0.30};
  constexpr double kSide = 16;  // the cube spans addresses 1 to kSide; the route lies inside
  const auto at = [&](double volume, double book, double chapter) {
    return projection.at(volume - 1, book - 1, chapter - 1);
  };

  shapes::Strokes edges;
  for (const double a : {1.0, kSide})
    for (const double b : {1.0, kSide}) {
      const auto edge = [&](std::pair<double, double> from, std::pair<double, double> to) {
        edges.add(from.first, from.second, to.first, to.second);
      };
      edge(at(1, a, b), at(kSide, a, b));
      edge(at(a, 1, b), at(a, kSide, b));
      edge(at(a, b, 1), at(a, b, kSide));
    }
  shapes::strokes(edges, plot::colour::kGrey, 0.5);
  const auto label = [&](std::pair<double, double> place, double dx, double dy, const std::string& text) {
    shapes::words(place.first + dx, place.second + dy, text);
  };
  label(at((1 + kSide) / 2, 1, 1), 0, -8, "volume");
  label(at(1, (1 + kSide) / 2, 1), -15, 0, "book");
  label(at(kSide, 1, (1 + kSide) / 2), 22, -4, "chapter");

  // One colour per dimension; a corner is a chip at which the route turns.
  std::vector<std::size_t> corners = {0};
  for (std::size_t hop = 1; hop < route.size(); ++hop) {
    std::size_t dimension = 0;
    while (route.number(hop, kAxes[dimension]) == route.number(hop - 1, kAxes[dimension])) ++dimension;
    const auto place = [&](std::size_t row) {
      return at(route.number(row, "volume"), route.number(row, "book"), route.number(row, "chapter"));
    };
    const auto [x0, y0] = place(hop - 1);
    const auto [x1, y1] = place(hop);
    shapes::line({x0, x1}, {y0, y1}, kColours[dimension], 1.4);
    shapes::dots({x0, x1}, {y0, y1}, kColours[dimension], 7);
    const bool turns =
        hop + 1 == route.size() || route.number(hop, kAxes[dimension]) == route.number(hop + 1, kAxes[dimension]);
    if (turns) corners.push_back(hop);
  }
  for (const std::size_t corner : corners) {
    const auto [x, y] =
        at(route.number(corner, "volume"), route.number(corner, "book"), route.number(corner, "chapter"));
    const std::string address = route.label(corner, "address");
    const std::string chip = address.substr(0, address.find('/'));
    const bool last_turn = corner == corners[corners.size() - 2];
    shapes::bold(x + (last_turn ? -5 : 5), y + 7, chip, last_turn ? "right" : "left");
  }
  const double hops = context.value(kExperiment, "net.route.example.hops");
  shapes::words(width / 2, 6,
                fmt::format("{:.0f} hops, {:.0f} in each dimension; the farthest chip is {:.0f} hops away", hops,
                            hops / kAxes.size(), context.value(kExperiment, "net.diameter.torus3d_16")));
}

}  // namespace

plot::Figure coordinate_routing() {
  return {
      .name = "coordinate_routing",
      .caption =
          "A dimension-order route in the three-dimensional torus: first along the volumes, then the books, then the "
          "chapters, each in the shorter direction. Each dot is a chip on the path.",
      .alt =
          "A wire-frame cube with a path of dots that runs along its lower edge, turns upward and then into the depth.",
      .width = plot::Width::column,
      .height = kHeight,
      .diagram = true,
      .claims = {},
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
