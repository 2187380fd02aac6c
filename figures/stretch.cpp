// Growth of path lengths and exchange times after chips have moved to spares, by policy.
#include <array>
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-degraded";

struct Look {
  const char* policy;
  const char* label;
  const char* colour;
  const char* marker;
  const char* line;
};
constexpr std::array<Look, 4> kLooks = {
    Look{"chip-spare-spread", "chip spare, spread", plot::colour::kBlue, "o", "-"},
    Look{"chip-spare-bundled", "chip spare, bundled", plot::colour::kSky, "s", "--"},
    Look{"block-spare", "block spare", plot::colour::kGreen, "^", "-"},
    Look{"static", "static, names lost", plot::colour::kVermilion, "v", ":"}};

void draw_panel(const plot::TableView& rows, const char* column, const char* words) {
  for (const Look& look : kLooks) {
    const plot::TableView of_policy =
        rows.filter("policy", [&](const std::string& policy) { return policy == look.policy; });
    if (of_policy.size() == 0) continue;
    plt::plot(of_policy.numbers("failed"), of_policy.numbers(column),
              {{"color", look.colour},
               {"marker", look.marker},
               {"markersize", 3.0},
               {"linestyle", look.line},
               {"label", look.label}});
  }
  plt::xscale("log");
  plt::xticks({1, 16, 256}, {"1", "16", "256"});
  plt::minorticks_off();
  plt::title(words);
  plt::xlabel("failed chips");
}

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "degraded");
  // The largest machine comes last.
  const plot::TableView rows = all.where("torus", all.label(all.size() - 1, "torus"));
  plt::subplots(1, 3);
  draw_panel(rows, "stretch", "hops");
  plt::ylabel("over the intact torus");
  plt::axes(1);
  draw_panel(rows, "alltoall_slowdown", "all-to-all");
  plt::ylim(0, 3);
  plt::axes(2);
  draw_panel(rows, "bucket_slowdown", "neighbours");
  plt::yscale("log");
  plt::yticks({1, 2, 5, 10, 20}, {"1", "2", "5", "10", "20"});
  plt::minorticks_off();
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure stretch() {
  return {
      .name = "stretch",
      .caption =
          "A torus after chips at random places have failed, by policy: mean hops between names, and the load of the "
          "busiest link in all-to-all and in exchanges between neighbours (bucket all-reduce). Block spare: while "
          "spare blocks are left.",
      .alt =
          "Three panels over the number of failed chips. Hops stay within a few per cent; the load of neighbour "
          "exchanges rises most with chip spares; block spares stay at one until they are used up.",
      .height = 2.4,
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
