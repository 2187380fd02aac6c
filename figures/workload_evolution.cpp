// Use of TPUs by generation: published shares of model types, stacked.
#include <fmt/core.h>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kFile = "data/published/workload_mix.csv";
constexpr const char* kShare = "share of TPUs by model type: ";

struct Band {
  const char* type;
  const char* colour;
  const char* ink;
};
constexpr Band kBands[] = {{"MLP/DLRM", plot::colour::kBlue, "white"},
                           {"RNN", plot::colour::kOrange, "black"},
                           {"CNN", plot::colour::kPurple, "black"},
                           {"Transformer", plot::colour::kGreen, "black"}};

void draw(plot::Context& context) {
  const plot::TableView shares = context.data(kFile).filter(
      "quantity", [](const std::string& quantity) { return quantity.rfind(kShare, 0) == 0; });
  const std::vector<std::string> columns = shares.distinct("condition");
  plt::Numbers places;
  plt::Numbers tops;
  plt::Strings labels;
  for (const std::string& column : columns) {
    if (column.find("subtype") != std::string::npos) continue;
    const std::string system = shares.where("condition", column).label(0, "system");
    places.push_back(static_cast<double>(places.size()));
    labels.push_back(fmt::format("{}\n{}\n{}", system.substr(0, system.find(" (")), plot::condition(column, "month"),
                                 plot::condition(column, "use")));
  }
  tops.assign(places.size(), 0);
  for (const Band& band : kBands) {
    const plot::TableView of_type = shares.where("quantity", kShare + std::string(band.type));
    plt::Numbers heights(places.size(), 0.0);
    for (std::size_t i = 0, at = 0; at < columns.size(); ++at) {
      if (columns[at].find("subtype") != std::string::npos) continue;
      const plot::TableView cell =
          of_type.filter("condition", [&](const std::string& text) { return text == columns[at]; });
      if (cell.size() == 1) heights[i] = cell.number("value");
      ++i;
    }
    plt::bar(places, heights, {{"bottom", tops}, {"width", 0.62}, {"color", band.colour}, {"label", band.type}});
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (heights[i] >= 4)
        plt::text(places[i], tops[i] + heights[i] / 2, fmt::format("{}", heights[i]),
                  {{"ha", "center"}, {"va", "center"}, {"color", band.ink}, {"fontsize", plot::kSmallPoints}});
      tops[i] += heights[i];
    }
  }
  plt::Numbers rest;
  for (const double top : tops) rest.push_back(100 - top);
  plt::bar(places, rest,
           {{"bottom", tops},
            {"width", 0.62},
            {"color", "white"},
            {"edgecolor", plot::colour::kGrey},
            {"label", "not listed"}});
  plt::xticks(places, labels);
  plt::tick_params({{"axis", "x"}, {"length", 0.0}});
  plt::ylim(0, 100);
  plt::ylabel("share of TPUs (%)");
  plt::grid(false);
  plt::figure_legend({{"ncol", 5L}, {"handlelength", 1.0}, {"columnspacing", 0.8}});
}

}  // namespace

plot::Figure workload_evolution() {
  return {.name = "workload_evolution",
          .caption =
              "Use of TPUs by generation and date [@jouppi2023tpuv4]. The remainder is not listed in the "
              "source's table.",
          .alt =
              "Stacked bars, one per TPU generation: the share of MLP and DLRM models shrinks, that of Transformers "
              "grows from nothing to more than half.",
          .height = 2.5,
          .data = {kFile},
          .draw = draw};
}

}  // namespace vtpu::figures
