#include "shapes.h"

#include <fmt/core.h>

#include <limits>

namespace vtpu::figures::shapes {

namespace plt = plot::plt;

void page(double width, double height) {
  plt::axis("off");
  plt::xlim(0, width);
  plt::ylim(0, height);
}

void box(double x, double y, double width, double height, const Look& look) {
  plt::fill({x, x + width, x + width, x}, {y, y, y + height, y + height},
            {{"facecolor", look.fill}, {"edgecolor", look.edge}, {"linewidth", look.line}});
}

void words(double x, double y, const std::string& text, const std::string& align, const std::string& colour,
           double points) {
  plt::text(x, y, text,
            {{"ha", align}, {"va", "center_baseline"}, {"color", colour}, {"fontsize", points}, {"linespacing", 1.05}});
}

void bold(double x, double y, const std::string& text, const std::string& align) {
  plt::text(x, y, text, {{"ha", align}, {"va", "center_baseline"}, {"fontweight", "bold"}, {"fontsize", 7.5}});
}

void line(const std::vector<double>& x, const std::vector<double>& y, const std::string& colour, double width,
          const std::string& style) {
  plt::plot(x, y, {{"color", colour}, {"linewidth", width}, {"linestyle", style}, {"solid_capstyle", "round"}});
}

void Strokes::add(double x0, double y0, double x1, double y1) {
  constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
  x.insert(x.end(), {x0, x1, kGap});
  y.insert(y.end(), {y0, y1, kGap});
}

void strokes(const Strokes& pieces, const std::string& colour, double width) {
  line(pieces.x, pieces.y, colour, width);
}

void dots(const std::vector<double>& x, const std::vector<double>& y, const std::string& colour, double area,
          const std::string& marker) {
  plt::scatter(x, y, {{"color", colour}, {"s", area}, {"marker", marker}, {"linewidths", 0.0}, {"zorder", 3L}});
}

void arrow(double x0, double y0, double x1, double y1, const std::string& colour, double bend, double width) {
  plt::annotate("", x1, y1, {{"xytext", plt::Numbers{x0, y0}}, {"xycoords", "data"}, {"textcoords", "data"}},
                {{"arrowstyle", "-|>,head_width=0.14,head_length=0.3"},
                 {"connectionstyle", fmt::format("arc3,rad={}", bend)},
                 {"shrinkA", 0.0},
                 {"shrinkB", 0.0},
                 {"color", colour},
                 {"linewidth", width}});
}

void flow(double x0, double y0, double x1, double y1, const std::string& colour, double width) {
  plt::Numbers x, y;
  for (int i = 0; i <= 20; ++i) {
    const double t = i / 20.0;
    x.push_back(x0 + t * (x1 - x0));
    y.push_back(y0 + t * t * (3 - 2 * t) * (y1 - y0));
  }
  line(x, y, colour, width);
}

}  // namespace vtpu::figures::shapes
