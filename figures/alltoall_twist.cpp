// All-to-all throughput of regular and twisted tori, by bound and by packets, and the gain from twisting beside the one
// measured on hardware.
#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-topology";
constexpr const char* kPackets = "net-alltoall";
constexpr const char* kPublished = "data/published/network_claims.csv";
constexpr const char* kMeasuredGain = "all-to-all gain of twisted over regular torus";

void draw(plot::Context& context) {
  const plot::TableView rows = context.table(kExperiment, "twisted_against_regular");
  const plot::TableView published = context.data(kPublished).where("quantity", kMeasuredGain);
  const plot::TableView packets = context.table(kPackets, "alltoall");
  plt::Numbers left, right, middle, rise, measured_at, measured;
  plt::Numbers packet_at, regular, twisted, gain_at, gain;
  plt::Strings names;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double x = static_cast<double>(row);
    left.push_back(x - 0.18);
    right.push_back(x + 0.18);
    middle.push_back(x);
    rise.push_back(rows.number(row, "gain") - 1);
    const std::string shape = rows.label(row, "shape");
    names.push_back(with_times(shape));
    const plot::TableView simulated = packets.filter("slice", [&](const std::string& slice) { return slice == shape; });
    if (simulated.size() == 1) {
      for (const double at : {x - 0.18, x + 0.18}) packet_at.push_back(at);
      regular.push_back(simulated.number("packet_regular"));
      twisted.push_back(simulated.number("packet_twisted"));
      gain_at.push_back(x);
      gain.push_back(simulated.number("gain_packet"));
    }
    const plot::TableView of_shape =
        published.filter("system", [&](const std::string& system) { return system == "TPU v4 " + shape; });
    if (of_shape.size() != 1) continue;
    measured_at.push_back(x);
    measured.push_back(of_shape.number("value"));
  }
  plt::subplots(2, 1, {{"sharex", true}});
  plt::bar(left, rows.numbers("alltoall_bound_regular"),
           {{"width", 0.34}, {"color", plot::colour::kOrange}, {"label", "regular"}});
  plt::bar(right, rows.numbers("alltoall_bound_twisted"),
           {{"width", 0.34}, {"color", plot::colour::kBlue}, {"label", "twisted"}});
  plt::Numbers reached;
  for (std::size_t i = 0; i < regular.size(); ++i) {
    reached.push_back(regular[i]);
    reached.push_back(twisted[i]);
  }
  plt::scatter(packet_at, reached,
               {{"marker", "_"}, {"s", 60.0}, {"color", plot::colour::kBlack}, {"zorder", 3L}, {"label", "packets"}});
  plt::tick_params({{"axis", "x"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "x"}});
  plt::ylabel("throughput per chip\n(link bandwidths)");
  plt::legend({{"loc", "upper right"}});
  plt::axes(1);
  plt::bar(middle, rise, {{"bottom", 1.0}, {"width", 0.34}, {"color", plot::colour::kSky}, {"label", "bound"}});
  plt::scatter(gain_at, gain,
               {{"marker", "_"}, {"s", 60.0}, {"color", plot::colour::kBlack}, {"zorder", 3L}, {"label", "packets"}});
  plt::scatter(measured_at, measured,
               {{"marker", "D"},
                {"s", 18.0},
                {"color", plot::colour::kVermilion},
                {"zorder", 3L},
                {"label", "measured on hardware (published)"}});
  plt::ylim(1, 2.5);
  plt::xticks(middle, names);
  plt::tick_params({{"axis", "x"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "x"}});
  plt::xlabel("slice");
  plt::ylabel("twisted /\nregular");
  plt::legend({{"loc", "upper right"}});
}

}  // namespace

plot::Figure alltoall_twist() {
  return {.name = "alltoall_twist",
          .caption =
              "Uniform all-to-all in regular and twisted tori. Above, bars: upper bound on what each chip can send "
              "when traffic is spread evenly over minimal paths; dashes: throughput of the packet simulator. Below: "
              "the gain from twisting (the axis starts at no gain), by that bound, by packets, and as measured on "
              "hardware [@jouppi2023tpuv4].",
          .alt =
              "Above, pairs of bars for four slices: the bounds of the twisted tori are higher. Below, the gain by the "
              "bound lies a little above the measured one for the two slices with a measurement.",
          .height = 3.0,
          .claims = {"tpu.twist.448", "tpu.twist.488"},
          .results = {kExperiment, kPackets},
          .data = {kPublished},
          .draw = draw};
}

}  // namespace vtpu::figures
