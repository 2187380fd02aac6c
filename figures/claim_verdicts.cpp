// Verdicts on the claims, by group.
#include <fmt/core.h>

#include <algorithm>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kFile = "results/claims.csv";

struct Band {
  const char* verdict;
  const char* colour;
  const char* hatch;
};
constexpr Band kBands[] = {{"reproduced", plot::colour::kGreen, ""},
                           {"partial", plot::colour::kYellow, ""},
                           {"refuted", plot::colour::kVermilion, ""},
                           {"matched by our model", plot::colour::kGreen, "//"},
                           {"partly matched by our model", plot::colour::kYellow, "//"},
                           {"not matched by our model", plot::colour::kBlue, "//"},
                           {"not found", plot::colour::kBlue, ""},
                           {"under a stated condition", plot::colour::kYellow, "xx"},
                           {"circular", plot::colour::kPurple, "//"},
                           {"published", plot::colour::kSky, "\\\\"},
                           {"not measurable here", "#BBBBBB", "xx"},
                           {"not measurable now", "#DDDDDD", "//"},
                           {"open", "#FFFFFF", ""},
                           {"stale", plot::colour::kOrange, "++"},
                           {"no power", "#666666", "oo"},
                           {"error", plot::colour::kBlack, ""}};

void draw(plot::Context& context) {
  const plot::TableView claims = context.data(kFile);
  std::vector<std::string> groups;
  for (const std::string& id : claims.labels("id")) groups.push_back(id.substr(0, id.find('.')));
  plt::Strings names = groups;
  std::sort(names.begin(), names.end(), std::greater<>());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  plt::Numbers places;
  for (std::size_t i = 0; i < names.size(); ++i) places.push_back(static_cast<double>(i));
  plt::Numbers ends(names.size(), 0.0);
  const std::vector<std::string> verdicts = claims.labels("verdict");
  for (const Band& band : kBands) {
    plt::Numbers widths(names.size(), 0.0);
    double total = 0;
    for (std::size_t row = 0; row < verdicts.size(); ++row) {
      if (verdicts[row] != band.verdict) continue;
      widths[static_cast<std::size_t>(std::find(names.begin(), names.end(), groups[row]) - names.begin())] += 1;
      ++total;
    }
    if (total == 0) continue;
    plt::barh(places, widths,
              {{"left", ends},
               {"height", 0.72},
               {"color", band.colour},
               {"edgecolor", "black"},
               {"linewidth", 0.4},
               {"hatch", band.hatch},
               {"label", fmt::format("{} ({})", band.verdict, total)}});
    for (std::size_t i = 0; i < ends.size(); ++i) ends[i] += widths[i];
  }
  plt::Numbers counts;
  plt::Strings labels;
  for (int count = 0; count <= *std::max_element(ends.begin(), ends.end()); count += 5) {
    counts.push_back(count);
    labels.push_back(std::to_string(count));
  }
  plt::xticks(counts, labels);
  plt::yticks(places, names);
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::xlabel("claims");
  plt::ylabel("group of the ledger");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure claim_verdicts() {
  return {
      .name = "claim_verdicts",
      .caption =
          "Verdicts on all claims of the ledger, by group; the legend gives the totals. Open claims name an "
          "experiment that does not exist. *Open*, *circular*, *published* and unmeasurable claims count neither for "
          "nor against the source.",
      .alt = "Stacked horizontal bars, one per group of claims, divided by verdict.",
      .height = 3.4,
      .data = {kFile},
      .draw = draw};
}

}  // namespace vtpu::figures
