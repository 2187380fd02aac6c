// Gain of a switch state and placement learned for one workload when it is used for the others.
#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "learned-topology";

/// White at a gain of one, blue above and orange below.
std::string shade(double gain) {
  const double strength = std::clamp(gain >= 1 ? (gain - 1) / 0.8 : (1 - gain) / 0.6, 0.0, 1.0);
  const auto mixed = [&](int to) { return static_cast<int>(255 + strength * 0.8 * (to - 255)); };
  return gain >= 1 ? fmt::format("#{:02X}{:02X}{:02X}", mixed(0x00), mixed(0x72), mixed(0xB2))
                   : fmt::format("#{:02X}{:02X}{:02X}", mixed(0xE6), mixed(0x9F), mixed(0x00));
}

void draw(plot::Context& context) {
  const plot::TableView rows = context.table(kExperiment, "learned_transfer");
  const plt::Strings workloads = rows.distinct("learned_for");
  const auto place = [&](const std::string& workload) {
    return static_cast<double>(std::find(workloads.begin(), workloads.end(), workload) - workloads.begin());
  };
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double x = place(rows.label(row, "used_for")), y = -place(rows.label(row, "learned_for"));
    const double gain = rows.number(row, "gain");
    plt::fill({x - 0.5, x + 0.5, x + 0.5, x - 0.5}, {y - 0.5, y - 0.5, y + 0.5, y + 0.5},
              {{"facecolor", shade(gain)}, {"edgecolor", plot::colour::kGrey}, {"linewidth", 0.4}});
    plt::text(x, y, fmt::format("{:.2f}", gain),
              {{"ha", "center"}, {"va", "center"}, {"fontsize", plot::kSmallPoints}});
  }
  plt::Numbers columns, lines;
  for (std::size_t i = 0; i < workloads.size(); ++i) {
    columns.push_back(static_cast<double>(i));
    lines.push_back(-static_cast<double>(i));
  }
  plt::xlim(-0.5, static_cast<double>(workloads.size()) - 0.5);
  plt::ylim(0.5 - static_cast<double>(workloads.size()), 0.5);
  plt::xticks(columns, workloads, {{"rotation", 35.0}, {"ha", "right"}});
  plt::yticks(lines, workloads);
  plt::tick_params({{"length", 0.0}});
  plt::grid(false);
  plt::xlabel("used for");
  plt::ylabel("learned for");
}

}  // namespace

plot::Figure learned_transfer() {
  return {.name = "learned_transfer",
          .caption =
              "Switch states and placements learned for one workload and used unchanged for another, on the smallest "
              "slice: gain over the twisted torus with ranks placed by hand. Orange cells are losses, blue cells are "
              "gains.",
          .alt = "A square of cells, workloads used for training against workloads in use, each with its gain.",
          .height = 2.9,
          .claims = {"learn.gain"},
          .results = {kExperiment},
          .data = {},
          .draw = draw};
}

}  // namespace vtpu::figures
