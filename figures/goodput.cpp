// Share of a machine that runs slices of one size when hosts are down, with switches and with fixed cables.
#include <cmath>
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-goodput";

void draw_panel(const plot::TableView& rows, double availability, const char* words) {
  plt::Numbers chips, assured, expected, fixed, anywhere, stated_at, stated;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (std::abs(rows.number(row, "host_availability") - availability) > 1e-6) continue;
    chips.push_back(rows.number(row, "chips"));
    assured.push_back(rows.number(row, "switched_assured"));
    expected.push_back(rows.number(row, "switched_expected"));
    fixed.push_back(rows.number(row, "fixed_expected"));
    anywhere.push_back(rows.number(row, "anywhere_expected"));
    if (rows.label(row, "quoted").empty()) continue;
    stated_at.push_back(chips.back());
    stated.push_back(rows.number(row, "quoted"));
  }
  plt::semilogx(chips, expected, {{"color", plot::colour::kSky}, {"linestyle", "--"}, {"label", "switched, expected"}});
  plt::semilogx(chips, assured,
                {{"color", plot::colour::kBlue}, {"marker", "."}, {"markersize", 4.0}, {"label", "switched, assured"}});
  plt::semilogx(chips, anywhere, {{"color", plot::colour::kOrange}, {"linestyle", "-."}, {"label", "fixed, anywhere"}});
  plt::semilogx(chips, fixed, {{"color", plot::colour::kVermilion}, {"linestyle", ":"}, {"label", "fixed, in place"}});
  plt::scatter(stated_at, stated,
               {{"marker", "D"}, {"s", 16.0}, {"color", plot::colour::kBlack}, {"zorder", 3L}, {"label", "published"}});
  plt::xticks({64, 512, 4096}, {"64", "512", "4096"});
  plt::minorticks_off();
  plt::ylim(0, 1.03);
  plt::title(words);
  plt::xlabel("chips per slice");
}

void draw(plot::Context& context) {
  const plot::TableView rows = context.table(kExperiment, "goodput");
  plt::subplots(1, 3, {{"sharey", true}});
  draw_panel(rows, 99.0, "99.0 %");
  plt::ylabel("goodput");
  plt::axes(1);
  draw_panel(rows, 99.5, "99.5 %");
  plt::axes(2);
  draw_panel(rows, 99.9, "99.9 %");
  plt::figure_legend({{"ncol", 3L}});
}

}  // namespace

plot::Figure goodput() {
  return {.name = "goodput",
          .caption =
              "Share of the machine that runs slices of one size, by host availability. Switched: any blocks whose "
              "hosts are all up, counted as assured (available nearly always) and as expected on average. Fixed "
              "cables: boxes of blocks at fixed places, or anywhere on the grid. Diamonds: values of the [TPU "
              "v4]{.lit} paper [@jouppi2023tpuv4].",
          .alt =
              "Three panels of goodput over slice size. The curves with switches stay high for slices up to three "
              "quarters of the machine. Those with fixed cables fall with slice size, and fall sooner at lower "
              "availability.",
          .height = 2.4,
          .claims = {"tpu.goodput.1k", "tpu.goodput.2k", "tpu.goodput.3k"},
          .results = {kExperiment},
          .draw = draw};
}

}  // namespace vtpu::figures
