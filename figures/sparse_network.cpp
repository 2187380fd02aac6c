// Hops and time of embedding lookups, by scheme and topology, and the effect of skew on the time.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "sparse-network";

struct Series {
  const char* name;
  const char* colour;
  const char* marker;
  const char* line;
};
constexpr Series kTopologies[] = {{"2D torus", plot::colour::kGrey, "o", "-"},
                                  {"3D torus", plot::colour::kBlue, "o", "-"},
                                  {"twisted torus", plot::colour::kSky, "o", "-"},
                                  {"learned", plot::colour::kOrange, "o", "-"}};
constexpr Series kSchemes[] = {{"random", plot::colour::kVermilion, "x", ":"},
                               {"batched", plot::colour::kPurple, "s", "--"},
                               {"deduplicated", plot::colour::kBlue, "o", "-"},
                               {"hierarchical", plot::colour::kOrange, "v", "-."},
                               {"rotated", plot::colour::kGreen, "^", "-"}};

/// The machine that has all topologies, one batch.
plot::TableView rows_of(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "network").where("lookups", "1000");
  const double chips = all.where("topology", "twisted torus").numbers("chips").front();
  return all.where("chips", chips);
}

void draw_by_topology(const plot::TableView& rows, const char* column) {
  plt::Numbers places;
  plt::Strings names;
  for (std::size_t s = 0; s < std::size(kSchemes); ++s) {
    places.push_back(static_cast<double>(s));
    names.emplace_back(kSchemes[s].name);
  }
  for (std::size_t t = 0; t < std::size(kTopologies); ++t) {
    const plot::TableView of_topology = rows.where("topology", kTopologies[t].name).where("skew", "0");
    plt::Numbers at, values;
    for (std::size_t s = 0; s < std::size(kSchemes); ++s) {
      at.push_back(static_cast<double>(s) + 0.2 * static_cast<double>(t) - 0.3);
      values.push_back(of_topology.where("scheme", kSchemes[s].name).number(column));
    }
    plt::bar(at, values, {{"width", 0.19}, {"color", kTopologies[t].colour}, {"label", kTopologies[t].name}});
  }
  plt::xticks(places, names, {{"rotation", 25L}});
  plt::tick_params({{"axis", "x"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "x"}});
}

void draw(plot::Context& context) {
  const plot::TableView rows = rows_of(context);
  plt::subplots(1, 3);
  draw_by_topology(rows, "message_hops");
  plt::ylabel("message-hops per lookup");
  plt::legend({{"loc", "upper right"}});
  plt::axes(1);
  draw_by_topology(rows, "time");
  plt::ylabel("time (µs), no skew");
  plt::axes(2);
  const plot::TableView torus = rows.where("topology", "3D torus");
  for (const Series& scheme : kSchemes) {
    const plot::TableView of_scheme = torus.where("scheme", scheme.name);
    plt::Numbers skew;
    for (std::size_t row = 0; row < of_scheme.size(); ++row)
      skew.push_back(std::atof(of_scheme.label(row, "skew").c_str()));
    plt::plot(
        skew, of_scheme.numbers("time"),
        {{"color", scheme.colour}, {"marker", scheme.marker}, {"linestyle", scheme.line}, {"label", scheme.name}});
  }
  plt::yscale("log");
  const plt::Numbers times = torus.numbers("time");
  plt::Numbers places;
  plt::Strings names;
  for (const auto& [place, name] : {std::pair{1.0, "1"},
                                    {3.0, "3"},
                                    {10.0, "10"},
                                    {30.0, "30"},
                                    {100.0, "100"},
                                    {300.0, "300"},
                                    {1000.0, "1000"},
                                    {3000.0, "3000"},
                                    {10'000.0, "10000"}})
    if (place > *std::ranges::min_element(times) / 2 && place < *std::ranges::max_element(times) * 2) {
      places.push_back(place);
      names.emplace_back(name);
    }
  plt::yticks(places, names);
  plt::minorticks_off();
  plt::xlabel("skew (exponent of Zipf's law)");
  plt::ylabel("time (µs), 3D torus");
  plt::legend({{"loc", "upper left"}});
}

}  // namespace

plot::Figure sparse_network() {
  return {
      .name = "sparse_network",
      .caption =
          "Embedding lookups on the network, a thousand from every chip into one table, by scheme. Left: links crossed "
          "by messages, requests and replies. Middle: time of the busiest channels. Right: the same time by skew of "
          "the ids, on a logarithmic axis. Learned: the switch state found by search. Rotated: hierarchical, in parts "
          "that begin with different dimensions.",
      .alt =
          "Two groups of bars by scheme and topology: batching by pairs and by dimensions saves message-hops, but "
          "hardly changes the time. A plot of time over skew: schemes without deduplication grow steeply, the others "
          "fall.",
      .width = plot::Width::page,
      .height = 2.5,
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
