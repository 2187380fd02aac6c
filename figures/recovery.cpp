// Time of a recovery, by step and in total, under each policy.
#include <string>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-faults";
constexpr double kClaimMs = 100;  // of the source documents

plt::Numbers shifted(plt::Numbers places, double by) {
  for (double& place : places) place += by;
  return places;
}

void draw(plot::Context& context) {
  const plot::TableView rows = context.table(kExperiment, "recovery");
  const plt::Numbers places = downwards(rows.size());
  plt::axvline(kClaimMs,
               {{"color", plot::colour::kBlack}, {"linewidth", 0.8}, {"linestyle", "--"}, {"label", "claimed bound"}});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    plt::Keywords bar = {{"color", plot::colour::kGrey}, {"linewidth", 3.0}, {"alpha", 0.45}};
    if (row == 0) bar["label"] = "whole, median to 99th percentile";
    plt::plot({rows.number(row, "total_median"), rows.number(row, "total_p99")}, {places[row], places[row]}, bar);
  }
  struct Step {
    const char* column;
    const char* label;
    const char* marker;
    const char* colour;
    double rise;  // offset where two steps take the same time
  };
  for (const Step& step : {Step{"detect_median", "detect (median)", "o", plot::colour::kVermilion, 0},
                           Step{"decide", "decide", "v", plot::colour::kBlue, 0.2},
                           Step{"update", "update", "s", plot::colour::kGreen, -0.2},
                           Step{"resume", "resume", "D", plot::colour::kOrange, 0}})
    plt::scatter(rows.numbers(step.column), shifted(places, step.rise),
                 {{"marker", step.marker}, {"s", 14.0}, {"color", step.colour}, {"zorder", 3L}, {"label", step.label}});
  plt::xscale("log");
  plt::xlim(0.01, 1e9);
  plt::xticks({0.01, 1, 100, 1e4, 1e6, 1e8}, {"10 µs", "1 ms", "0.1 s", "10 s", "17 min", "28 h"});
  plt::minorticks_off();
  plt::yticks(places, rows.labels("policy"));
  plt::ylim(-static_cast<double>(rows.size()) + 0.4, 0.6);
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::xlabel("time from failure (logarithmic)");
  plt::figure_legend({{"ncol", 3L}});
}

}  // namespace

plot::Figure recovery() {
  return {.name = "recovery",
          .caption =
              "Time from the failure of one chip until the job runs again, by policy: the steps, and the whole from "
              "the median to the time that one in a hundred recoveries exceeds. The whole includes waiting for a free "
              "spare or a repair. Simulated lives of the machine, with health checks at the claimed period unless the "
              "label says otherwise. Dashed: the bound that the source documents claim.",
          .alt =
              "Rows of markers on a logarithmic time axis, one row per policy: detection lies far to the right of "
              "decision, update and resumption, and beyond the dashed bound except where checks are frequent.",
          .width = plot::Width::page,
          .height = 2.9,
          .claims = {"net.fault.recover"},
          .results = {kExperiment},
          .draw = draw};
}

}  // namespace vtpu::figures
