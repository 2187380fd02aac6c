// Ops per cycle of synthetic streams by mix, locality and dependence depth.
#include <fmt/core.h>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "core-ops-per-cycle";
constexpr std::pair<const char*, const char*> kMixes[] = {{"dense", plot::colour::kBlue},
                                                          {"sparse", plot::colour::kOrange},
                                                          {"coordination", plot::colour::kGreen},
                                                          {"balanced", plot::colour::kBlack}};
constexpr const char* kLocalities[] = {"high", "medium", "low"};
constexpr const char* kMarkers[] = {"o", "s", "^", "D"};

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "synthetic_grid");
  std::size_t marker = 0;
  double place = 0;
  plt::Numbers ticks;
  plt::Strings labels;
  for (const char* const locality : kLocalities) {
    const plot::TableView of_locality = all.where("locality", locality);
    const plt::Numbers depths = of_locality.where("mix", kMixes[0].first).numbers("depth");
    marker = 0;
    for (const auto& [mix, colour] : kMixes) {
      const plot::TableView row = of_locality.where("mix", mix);
      plt::Numbers x;
      for (std::size_t i = 0; i < row.size(); ++i) x.push_back(place + static_cast<double>(i));
      plt::Keywords style{{"marker", kMarkers[marker++]}, {"markersize", 3.5}, {"color", colour}, {"capsize", 1.5}};
      if (locality == kLocalities[0]) style["label"] = std::string(mix);
      plt::errorbar(x, row.numbers("ops"), row.numbers("low"), row.numbers("high"), style);
    }
    for (std::size_t i = 0; i < depths.size(); ++i) {
      ticks.push_back(place + static_cast<double>(i));
      labels.push_back(fmt::format("{:.0f}", depths[i]) +
                       (i == depths.size() / 2 ? std::string("\n") + locality : std::string()));
    }
    place += static_cast<double>(depths.size()) + 1;
  }
  plt::yscale("log");
  plt::yticks({0.1, 0.3, 1, 3}, {"0.1", "0.3", "1", "3"});
  plt::ylim(0.1, 5);
  plt::minorticks_off();
  plt::xticks(ticks, labels);
  plt::xlabel("dependence depth, by locality");
  plt::ylabel("ops per cycle");
  plt::figure_legend({{"ncol", 4L}});
}

}  // namespace

plot::Figure synthetic_grid() {
  return {.name = "synthetic_grid",
          .caption =
              "Ops per cycle of synthetic streams: four mixes of slots, three localities (a first-level cache, strides "
              "through a second-level cache, random addresses far beyond it) and three dependence depths.",
          .alt =
              "Points by mix in three groups of locality; within a group the dependence depth grows to the right. Low "
              "locality lies orders of magnitude below high.",
          .height = 2.5,
          .claims = {"core.poc"},
          .results = {kExperiment},
          .draw = draw};
}

}  // namespace vtpu::figures
