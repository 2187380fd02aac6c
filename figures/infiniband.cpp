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

void draw_panel(plot::Context& context, const char* column, const char* row_id, const char* words) {
  const plot::TableView rows = context.table(kExperiment, "infiniband");
  const plot::TableView fact = context.data(kPublished).where("id", row_id);
  plt::Numbers places;
  plt::Strings names;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    places.push_back(static_cast<double>(row));
    names.push_back(rows.label(row, "chips"));
  }
  plt::axhspan(fact.number("low"), fact.number("high"), {{"color", plot::colour::kLight}, {"label", "published"}});
  plt::plot(places, rows.numbers(column),
            {{"color", plot::colour::kBlue}, {"marker", "o"}, {"markersize", 3.5}, {"label", "simulated"}});
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
  plt::legend({{"loc", "lower left"}});
  plt::axes(1);
  draw_panel(context, "alltoall_slowdown", "NW-010", "all-to-all");
}

}  // namespace

plot::Figure infiniband() {
  return {
      .name = "infiniband",
      .caption =
          "Slowdown of two collectives when islands of eight chips are joined by InfiniBand instead of optical circuit "
          "switches, by slice size. Grey: the range in the [TPU v4]{.lit} paper [@jouppi2023tpuv4].",
      .alt = "Two panels with a line over slice sizes against a grey band.",
      .height = 2.3,
      .claims = {"tpu.ib.allreduce", "tpu.ib.alltoall"},
      .results = {kExperiment},
      .data = {kPublished},
      .draw = draw};
}

}  // namespace vtpu::figures
