// The published factors of energy and of operational carbon, multiplied step by step on a logarithmic axis.
#include <fmt/core.h>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kFile = "data/published/energy_carbon.csv";

struct Step {
  std::string label;
  double from;
  double to;
  const char* colour;
};

void draw(plot::Context& context) {
  const plot::TableView file = context.data(kFile);
  const auto value = [&](const char* id) { return file.where("id", id).number("value"); };
  const double model = value("EC-001");
  const double machine = value("EC-002");
  const double pue = value("EC-004") / value("EC-006");
  const double carbon = value("EC-015") / value("EC-016");
  const double energy = model * machine * pue;
  const double co2e = energy * carbon;
  const std::vector<Step> steps = {{"model", 1, model, plot::colour::kSky},
                                   {"machine", model, model * machine, plot::colour::kSky},
                                   {"PUE", model * machine, energy, plot::colour::kSky},
                                   {"energy", 1, energy, plot::colour::kBlue},
                                   {"carbon\nintensity", energy, co2e, plot::colour::kSky},
                                   {"CO₂e", 1, co2e, plot::colour::kBlue}};
  plt::Numbers places;
  plt::Strings labels;
  for (const Step& step : steps) {
    const double x = static_cast<double>(places.size());
    plt::bar({x}, {step.to - step.from}, {{"bottom", step.from}, {"width", 0.7}, {"color", step.colour}});
    if (step.to == step.from)
      plt::plot({x - 0.35, x + 0.35}, {step.from, step.to}, {{"color", step.colour}, {"linewidth", 2.0}});
    plt::text(x, step.to * 1.06, fmt::format("×{:.3g}", step.to / step.from),
              {{"ha", "center"}, {"va", "bottom"}, {"fontsize", plot::kSmallPoints}});
    places.push_back(x);
    labels.push_back(step.label);
  }
  const auto stated = [&](const char* id, double x) {
    plt::plot({x - 0.45, x + 0.45}, {value(id), value(id)},
              {{"color", plot::colour::kVermilion}, {"linewidth", 1.4}, {"label", x < 4 ? "stated product" : "_"}});
  };
  stated("EC-010", 3);
  stated("EC-017", 5);
  plt::yscale("log");
  plt::ylim(0.9, 30);
  plt::yticks({1, 2, 5, 10, 20}, {"1", "2", "5", "10", "20"});
  plt::minorticks_off();
  plt::xticks(places, labels);
  plt::tick_params({{"axis", "x"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "x"}});
  plt::ylabel("on premises /\nTPU v4 in the cloud");
  plt::legend({{"loc", "upper left"}});
}

}  // namespace

plot::Figure energy_carbon() {
  return {.name = "energy_carbon",
          .caption =
              "Energy and operational carbon of an on-premise accelerator over [TPU v4]{.lit} in the cloud: the "
              "published factors [@jouppi2023tpuv4], multiplied step by step on a logarithmic axis. The lines are the "
              "products that the source states. Only the arithmetic is checked here; the factors are the source's own.",
          .alt =
              "Bars on a logarithmic axis: the machine and PUE factors multiply to the energy ratio, and carbon "
              "intensity multiplies that to the carbon ratio. Both meet the stated products.",
          .claims = {"tpu.energy", "tpu.co2"},
          .data = {kFile},
          .draw = draw};
}

}  // namespace vtpu::figures
