// The circuits of a learned state: for each face position of each dimension, the block to which the first block is
// connected. Drawn for the smallest and the largest slice of the results.
#include <fmt/core.h>

#include <cstddef>
#include <string>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "learned-states";
constexpr const char* kDimensions[] = {"x", "y", "z"};

const char* shade(double block, bool mirrored) {
  if (mirrored) return plot::colour::kOrange;
  return block == 0 ? plot::colour::kLight : plot::colour::kSky;
}

void draw_face(const plot::TableView& switches, int dimension, const std::string& slice, bool labelled) {
  for (std::size_t row = 0; row < switches.size(); ++row) {
    if (static_cast<int>(switches.number(row, "dimension")) != dimension) continue;
    const double x = switches.number(row, "column"), y = -switches.number(row, "row"),
                 block = switches.number(row, "block");
    plt::fill({x - 0.5, x + 0.5, x + 0.5, x - 0.5}, {y - 0.5, y - 0.5, y + 0.5, y + 0.5},
              {{"facecolor", shade(block, switches.label(row, "kind") == "mirrored")},
               {"edgecolor", plot::colour::kGrey},
               {"linewidth", 0.4}});
    plt::text(x, y, fmt::format("{:.0f}", block),
              {{"ha", "center"}, {"va", "center"}, {"fontsize", plot::kSmallPoints}});
  }
  plt::xlim(-0.5, 3.5);
  plt::ylim(-3.5, 0.5);
  plt::axis("scaled");
  plt::xticks({}, {});
  plt::yticks({}, {});
  plt::grid(false);
  plt::title(kDimensions[dimension]);
  if (labelled) plt::ylabel(with_times(slice));
}

void draw(plot::Context& context) {
  const plot::TableView switches = context.table(kExperiment, "learned_switches");
  const plt::Strings slices = switches.distinct("slice");
  plt::subplots(2, 3);
  long panel = 0;
  for (const std::string& slice : {slices.front(), slices.back()})
    for (int dimension = 0; dimension < 3; ++dimension) {
      plt::axes(panel++);
      draw_face(switches.where("slice", slice), dimension, slice, dimension == 0);
    }
}

}  // namespace

plot::Figure learned_state_picture() {
  return {.name = "learned_state_picture",
          .caption =
              "Two learned states: the smallest slice above, the largest below. Each square is a switch, at its "
              "position on the face of its dimension; the number is the block to which the + port of the first block "
              "is connected. Grey: itself, as in a ring of one block. Blue: the - port of another block. Orange: the + "
              "port of another block, so that like faces meet.",
          .alt = "Six squares of four by four switches in three colours with block numbers.",
          .height = 2.9,
          .claims = {},
          .results = {kExperiment},
          .data = {},
          .draw = draw};
}

}  // namespace vtpu::figures
