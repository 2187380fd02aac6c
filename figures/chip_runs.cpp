// Time of a training step on simulated chips, by the number of chips and the topology.
#include <algorithm>
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "chip-runs";

struct Line {
  const char *network, *colour, *marker, *words;
};
constexpr Line kLines[] = {{"torus", plot::colour::kBlue, "o", "torus"},
                           {"twisted", plot::colour::kOrange, "s", "twisted torus"},
                           {"found", plot::colour::kGreen, "^", "state found by search"}};

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "chip_runs");
  double highest = 0;
  for (const Line& line : kLines) {
    const plot::TableView rows = all.where("network", line.network);
    plt::Numbers chips;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      chips.push_back(std::stod(rows.label(row, "chips")));
      highest = std::max(highest, rows.number(row, "time_us"));
    }
    plt::semilogx(chips, rows.numbers("time_us"),
                  {{"color", line.colour}, {"marker", line.marker}, {"markersize", 3.5}, {"label", line.words}});
  }
  const plot::TableView rows = all.where("network", "torus");
  plt::Numbers chips, work;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    chips.push_back(std::stod(rows.label(row, "chips")));
    work.push_back(rows.number(row, "work") * rows.number(row, "time_us"));
  }
  plt::semilogx(chips, work, {{"color", plot::colour::kBlack}, {"linestyle", "--"}, {"label", "work of a chip"}});
  plt::xticks({64, 128, 512, 1024, 4096}, {"64", "128", "512", "1024", "4096"});
  plt::minorticks_off();
  plt::ylim(0, 1.05 * highest);
  plt::xlabel("chips");
  plt::ylabel("time of a step (µs)");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure chip_runs() {
  return {.name = "chip_runs",
          .caption =
              "A training step of compiled code on simulated chips, one sentron each, at flow level. The step sums its "
              "gradient over all chips, number by number, along a binary tree. Dashed: the part of the time in which a "
              "chip works. The times of words and links are assumptions.",
          .alt =
              "Three curves that rise with the number of chips and lie close together. The state found by search is "
              "lowest on the smallest twisted slice and on the whole machine. The dashed line of work is flat and near "
              "zero.",
          .height = 2.6,
          .claims = {"own.chips.same", "own.chips.found"},
          .results = {kExperiment},
          .draw = draw};
}

}  // namespace vtpu::figures
