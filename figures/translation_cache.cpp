// Hit rates of the translation cache, by access pattern.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "mem-ppt";
constexpr const char* kClaims = "data/claims.csv";

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "translation_cache");
  const plt::Numbers rate = all.numbers("rate"), cells = all.numbers("cells");
  plt::axvline(context.data(kClaims).where("id", "mem.ppt.hit").number("value"),
               {{"color", plot::colour::kVermilion}, {"label", "claimed"}});
  plt::Numbers places[2], rates[2], ticks;
  plt::Strings names;
  double place = 0;
  for (std::size_t row = 0; row < all.size(); ++row) {
    const bool random = all.label(row, "group") == "random";
    if (random && places[1].empty()) place -= 0.5;
    places[random].push_back(place);
    rates[random].push_back(rate[row]);
    std::string name = all.label(row, "pattern");
    if (name.starts_with("even_")) name = fmt::format("even, {:.0f} K cells", cells[row] / 1024);
    std::replace(name.begin(), name.end(), '_', ' ');
    names.push_back(name);
    ticks.push_back(place);
    plt::text(rate[row] + 0.015, place, fmt::format("{:.3g} %", 100 * rate[row]),
              {{"va", "center"}, {"fontsize", plot::kSmallPoints}});
    place -= 1;
  }
  plt::barh(places[0], rates[0], {{"height", 0.66}, {"color", plot::colour::kBlue}, {"label", "structured"}});
  plt::barh(places[1], rates[1],
            {{"height", 0.66}, {"color", plot::colour::kOrange}, {"hatch", "//"}, {"label", "random"}});
  plt::yticks(ticks, names, {{"fontsize", plot::kSmallPoints}});
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::xlim(0, 1.18);
  plt::xticks({0, 0.25, 0.5, 0.75, 1}, {"0", "25 %", "50 %", "75 %", "100 %"});
  plt::xlabel("hit rate of the translation cache");
  plt::figure_legend({{"ncol", 3L}});
}

}  // namespace

plot::Figure translation_cache() {
  return {
      .name = "translation_cache",
      .caption =
          "Share of accesses by coordinate whose translation is in the cache, exact counts: structured traversals of a "
          "dense box, and cells drawn at random from boxes of growing size.",
      .alt = "Horizontal bars in two groups, structured and random, against the line of the claim.",
      .height = 2.6,
      .claims = {"mem.ppt.hit"},
      .results = {kExperiment},
      .data = {kClaims},
      .draw = draw};
}

}  // namespace vtpu::figures
