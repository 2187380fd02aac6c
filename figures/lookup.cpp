// Cost of a lookup by coordinate, in a hash table and in a dense box.
#include <fmt/core.h>

#include <map>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "mem-lookup";

const std::map<std::string, std::string> kLabels = {
    {"batched", "ours, batched"},  {"single", "ours, one by one"},
    {"absl", "absl, its hash"},    {"absl_project_hash", "absl, our hash"},
    {"std", "std::unordered_map"}, {"box_row_major", "box, row-major"},
    {"box_morton", "box, Morton"}, {"box_hilbert", "box, Hilbert"},
    {"floor", "box, index known"}};

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "lookup");
  const plt::Numbers time = all.numbers("time"), low = all.numbers("low"), high = all.numbers("high");
  plt::Numbers places;
  plt::Strings names;
  double place = 0;
  std::string group;
  for (std::size_t row = 0; row < all.size(); ++row) {
    const std::string now = all.label(row, "kind") + all.label(row, "entries");
    if (!group.empty() && now != group) place -= 0.6;
    group = now;
    places.push_back(place--);
    names.push_back(fmt::format("{}, {}", kLabels.at(all.label(row, "way")), all.label(row, "entries")));
  }
  plt::barh(places, time,
            {{"height", 0.66},
             {"color", plot::colour::kBlue},
             {"xerr", arms(time, low, high)},
             {"ecolor", plot::colour::kOrange},
             {"capsize", 2.0}});
  for (std::size_t row = 0; row < all.size(); ++row)
    plt::text(high[row] * 1.08, places[row], fmt::format("{:.3g}", time[row]),
              {{"va", "center"}, {"fontsize", plot::kSmallPoints}});
  plt::xscale("log");
  plt::xticks({1, 3, 10, 30, 100, 300}, {"1", "3", "10", "30", "100", "300"});
  plt::minorticks_off();
  plt::xlim(0.4, 500);
  plt::yticks(places, names, {{"fontsize", plot::kSmallPoints}});
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::xlabel("ns per lookup");
}

}  // namespace

plot::Figure lookup() {
  return {.name = "lookup",
          .caption =
              "Time to find a value by its coordinate, for lookups that all hit, at random places: hash tables over "
              "packed coordinates, and dense boxes whose index is computed. Medians with intervals; the axis is "
              "logarithmic.",
          .alt = "Horizontal bars in groups: hash tables by size, then dense boxes by curve.",
          .height = 3.1,
          .results = {kExperiment},
          .draw = draw};
}

}  // namespace vtpu::figures
