// Slowdown of collectives on islands joined by InfiniBand against a torus of optical links.
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-infiniband";
constexpr const char* kPublished = "data/published/network_claims.csv";

struct Wiring {
  const char* name;
  const char* label;
  const char* colour;
  const char* marker;
};
constexpr Wiring kWirings[] = {{"mesh", "three links", plot::colour::kBlue, "o"},
                               {"torus", "six", plot::colour::kVermilion, "s"}};

void draw_panel(plot::Context& context, const char* column, const char* row_id, const char* words) {
  const plot::TableView all = context.table(kExperiment, "infiniband");
  const plot::TableView fact = context.data(kPublished).where("id", row_id);
  plt::axhspan(fact.number("low"), fact.number("high"), {{"color", plot::colour::kLight}, {"label", "published"}});
  plt::Numbers places;  // the mesh has every slice
  plt::Strings names;
  for (const auto& [wiring, label, colour, marker] : kWirings) {
    const plot::TableView rows = all.where("wiring", wiring);
    plt::Numbers x;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      x.push_back(static_cast<double>(row));
      if (row < places.size()) continue;
      places.push_back(x.back());
      names.push_back(rows.label(row, "chips"));
    }
    plt::plot(x, rows.numbers(column), {{"color", colour}, {"marker", marker}, {"markersize", 3.5}, {"label", label}});
  }
  plt::axhline(1, {{"color", plot::colour::kBlack}, {"linewidth", 0.6}});
  plt::xticks(places, names);
  plt::ylim(0, 4);
  plt::title(words);
  plt::xlabel("chips per slice");
}

void draw(plot::Context& context) {
  plt::subplots(1, 2, {{"sharey", true}});
  draw_panel(context, "allreduce_slowdown", "NW-009", "all-reduce");
  plt::ylabel("time / time on the torus");
  plt::axes(1);
  draw_panel(context, "alltoall_slowdown", "NW-010", "all-to-all");
  plt::figure_legend({{"ncol", 3L}});
}

}  // namespace

plot::Figure infiniband() {
  return {
      .name = "infiniband",
      .caption =
          "Slowdown of two collectives when islands of eight chips are joined by InfiniBand instead of optical circuit "
          "switches, by slice size and by the number of a chip's links that stay inside its island. Grey: the range in "
          "the [TPU v4]{.lit} paper [@jouppi2023tpuv4], which gives neither wiring nor schedules. All-to-all is the "
          "same for both wirings.",
      .alt = "Two panels with one line per wiring of the islands over slice sizes, against a grey band.",
      .height = 2.3,
      .claims = {"tpu.ib.allreduce", "tpu.ib.alltoall"},
      .results = {kExperiment},
      .data = {kPublished},
      .draw = draw};
}

}  // namespace vtpu::figures
