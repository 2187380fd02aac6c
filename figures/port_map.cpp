// Which classes of host instructions share ports: a matrix of pairs.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "core-ports";

void draw(plot::Context& context) {
  const plot::TableView rates = context.table(kExperiment, "port_rates");
  const plot::TableView pairs = context.table(kExperiment, "port_pairs");
  std::map<std::string, std::size_t> place;
  plt::Numbers ticks;
  plt::Strings rows, columns;
  const double count = static_cast<double>(rates.size());
  for (std::size_t i = 0; i < rates.size(); ++i) {
    std::string name = rates.label(i, "class");
    place[name] = i;
    std::replace(name.begin(), name.end(), '_', ' ');
    ticks.push_back(static_cast<double>(i));
    rows.push_back(fmt::format("{}  {:.2g}", name, rates.numbers("per_cycle")[i]));
    columns.push_back(name);
  }
  const plt::Numbers together = pairs.numbers("together");
  for (std::size_t row = 0; row < pairs.size(); ++row) {
    // 0.5: no port is shared (white); 1 or more: the two run one after the other (full colour).
    const double shared = std::clamp(2 * (together[row] - 0.5), 0.0, 1.0);
    if (shared < 0.06) continue;
    const double x = static_cast<double>(place.at(pairs.label(row, "first")));
    const double y = static_cast<double>(place.at(pairs.label(row, "second")));
    plt::fill({x - 0.5, x + 0.5, x + 0.5, x - 0.5}, {y - 0.5, y - 0.5, y + 0.5, y + 0.5},
              {{"facecolor", plot::colour::kBlue}, {"alpha", shared}, {"linewidth", 0.0}});
  }
  for (double edge = -0.5; edge < count; ++edge) {
    plt::axhline(edge, {{"color", plot::colour::kLight}, {"linewidth", 0.4}});
    plt::axvline(edge, {{"color", plot::colour::kLight}, {"linewidth", 0.4}});
  }
  plt::grid(false);
  plt::xlim(-0.5, count - 0.5);
  plt::ylim(count - 0.5, -0.5);
  plt::xticks(ticks, columns, {{"rotation", 90.0}, {"fontsize", plot::kSmallPoints}});
  plt::yticks(ticks, rows, {{"fontsize", plot::kSmallPoints}});
  plt::tick_params({{"length", 0.0}});
}

}  // namespace

plot::Figure port_map() {
  return {
      .name = "port_map",
      .caption =
          "Classes of host instructions that compete for ports. Each pair is measured together, in amounts that take "
          "equally long alone. White: both together take as long as one of them; full colour: as long as both in "
          "sequence. Beside each row: instructions of the class per cycle when measured alone.",
      .alt = "A triangular matrix of the instruction classes; dark cells are pairs that share ports.",
      .height = 3.6,
      .claims = {"core.ports"},
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
