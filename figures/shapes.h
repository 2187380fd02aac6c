#pragma once
#include <string>
#include <utility>
#include <vector>

#include "vtpu/plot/matplotlib.h"

/// Boxes, arrows and text for diagrams, in points from the lower left corner of the figure.
namespace vtpu::figures::shapes {

/// Hides the current axes and makes their coordinates points at print size, on a page of `width` × `height` points. The
/// axes cover the whole figure unless it has several.
void page(double width, double height);

struct Look {
  std::string fill = "white";
  std::string edge = "#404040";
  double line = 0.6;
};

void box(double x, double y, double width, double height, const Look& look = {});
/// Text at (x, y). `align`: "left", "center" or "right".
void words(double x, double y, const std::string& text, const std::string& align = "center",
           const std::string& colour = "black", double points = 7);
void bold(double x, double y, const std::string& text, const std::string& align = "center");
void line(const std::vector<double>& x, const std::vector<double>& y, const std::string& colour = "#404040",
          double width = 0.6, const std::string& style = "-");
/// Arrow from (x0, y0) to its head at (x1, y1); `bend` > 0 bends it to the left.
void arrow(double x0, double y0, double x1, double y1, const std::string& colour = "#404040", double bend = 0,
           double width = 0.7);
/// Line segments drawn as one path, which keeps a drawing of hundreds of links small.
struct Strokes {
  std::vector<double> x;
  std::vector<double> y;

  void add(double x0, double y0, double x1, double y1);
};
void strokes(const Strokes& pieces, const std::string& colour, double width);
void dots(const std::vector<double>& x, const std::vector<double>& y, const std::string& colour, double area = 6,
          const std::string& marker = "o");

/// Position on the page of a point of a grid: x to the right, y up, z into the depth.
struct Projection {
  double left = 0;  ///< of the grid's origin
  double bottom = 0;
  double step = 10;  ///< between neighbours in x and y
  double depth_x = 0.42;
  double depth_y = 0.30;

  std::pair<double, double> at(double x, double y, double z) const {
    return {left + step * (x + depth_x * z), bottom + step * (y + depth_y * z)};
  }
};

/// Smooth curve between two points, horizontal at both ends.
void flow(double x0, double y0, double x1, double y1, const std::string& colour, double width = 0.8);

}  // namespace vtpu::figures::shapes
