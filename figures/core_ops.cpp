// Ops per cycle of the ten workloads: native engine in both forms, its live ops, its bound, ordinary code, interpreter.
#include <algorithm>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "core-ops-per-cycle";
constexpr const char* kClaims = "data/claims.csv";

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "ops_per_cycle");
  const plot::TableView claims = context.data(kClaims);
  const plt::Numbers native = all.numbers("native"), low = all.numbers("low"), high = all.numbers("high");
  const plt::Numbers places = downwards(all.size());
  const plt::Strings names = spaced(all.labels("workload"));
  plt::axvline(claims.where("id", "core.poc").number("value"),
               {{"color", plot::colour::kVermilion}, {"linestyle", "--"}, {"label", "claimed"}});
  plt::axvline(claims.where("id", "core.live").number("value"),
               {{"color", plot::colour::kVermilion}, {"label", "our claim, for live ops"}});
  plt::barh(places, native,
            {{"height", 0.62},
             {"color", plot::colour::kBlue},
             {"xerr", arms(native, low, high)},
             {"ecolor", plot::colour::kOrange},
             {"capsize", 2.0},
             {"label", "native engine"}});
  plt::scatter(all.numbers("live"), places,
               {{"marker", "o"}, {"color", "white"}, {"edgecolor", "black"}, {"s", 26.0}, {"label", "live ops alone"}});
  plt::scatter(all.numbers("bound"), places, {{"marker", "|"}, {"color", "black"}, {"s", 70.0}, {"label", "bound"}});
  if (all.label(0, "avx2") != "-")  // a host whose native form is another
    plt::scatter(
        all.numbers("avx2"), places,
        {{"marker", "d"}, {"color", plot::colour::kOrange}, {"edgecolor", "black"}, {"s", 22.0}, {"label", "AVX2"}});
  plt::scatter(all.numbers("ordinary"), places,
               {{"marker", "s"},
                {"color", plot::colour::kGreen},
                {"edgecolor", "white"},
                {"s", 22.0},
                {"label", "fastest ordinary code"}});
  plt::scatter(all.numbers("interpreter"), places,
               {{"marker", "^"},
                {"color", plot::colour::kYellow},
                {"edgecolor", "black"},
                {"s", 22.0},
                {"label", "interpreter"}});
  plt::yticks(places, names);
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  const plt::Numbers ordinary = all.numbers("ordinary");
  plt::xlim(0, 1.05 * std::max({6.0, std::ranges::max(high), std::ranges::max(ordinary)}));
  plt::xlabel("ops per measured core cycle");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure core_ops() {
  return {
      .name = "core_ops",
      .caption =
          "Ops per measured core cycle of ten synthetic workloads: the native engine (medians with intervals); the "
          "live ops among them, whose result is used; its bound by dispatch, units and recurrence; its form for "
          "narrower vectors; "
          "the same work in the fastest ordinary C++, credited with the same number of ops; and the interpreter.",
      .alt =
          "Horizontal bars, one per workload and one for their geometric mean, with circles for live ops, ticks for "
          "the bounds, diamonds for narrower vectors, squares for ordinary code and triangles for the interpreter, "
          "over two lines "
          "for the claims.",
      .height = 3.1,
      .claims = {"core.poc", "core.live", "core.dead", "core.bound", "core.baseline"},
      .results = {kExperiment},
      .data = {kClaims},
      .draw = draw};
}

}  // namespace vtpu::figures
