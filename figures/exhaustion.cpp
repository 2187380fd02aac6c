// Distribution of the time until the spares are used up, under several laws of failure.
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-faults";
constexpr double kClaimDays = 62;  // of the source documents

void draw(plot::Context& context) {
  const plot::TableView rows = context.table(kExperiment, "exhaustion").filter("days", [](const std::string& day) {
    return std::stod(day) > 0;
  });
  struct Line {
    const char* column;
    const char* label;
    const char* colour;
    const char* style;
  };
  plt::axvline(kClaimDays, {{"color", plot::colour::kBlack}, {"linewidth", 0.8}, {"linestyle", "--"}});
  for (const Line& line : {Line{"blocks", "four spare blocks", plot::colour::kGrey, "-."},
                           Line{"young", "Weibull, early failures", plot::colour::kOrange, "--"},
                           Line{"hot", "constant rate, hot spares", plot::colour::kBlue, "-"},
                           Line{"cold", "constant rate, cold spares", plot::colour::kSky, "--"},
                           Line{"published", "published machine rate", plot::colour::kGreen, ":"},
                           Line{"wear", "Weibull, wear-out", plot::colour::kVermilion, "-."}})
    plt::plot(rows.numbers("days"), rows.numbers(line.column),
              {{"color", line.colour}, {"linestyle", line.style}, {"linewidth", 1.3}, {"label", line.label}});
  plt::text(kClaimDays * 0.8, 0.85, "claimed", {{"ha", "right"}});
  plt::xscale("log");
  plt::xlim(0.2, 400);
  plt::ylim(0, 1.02);
  plt::xticks({0.3, 1, 3, 10, 30, 100, 300}, {"0.3", "1", "3", "10", "30", "100", "300"});
  plt::minorticks_off();
  plt::xlabel("days");
  plt::ylabel("probability that spares\nare used up");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure exhaustion() {
  return {.name = "exhaustion",
          .caption =
              "Distribution of the time until the machine's spares are used up when nothing is repaired, computed "
              "exactly. All laws except the published rate [@zu2024resiliency] have the mean time between failures "
              "that the source documents assume; hot spares age while idle. Dashed: the time that the documents claim.",
          .alt =
              "Distribution curves over days on a logarithmic axis. Both constant-rate curves rise steeply around the "
              "claimed time; spare blocks are used up much earlier, and parts that wear out last much longer.",
          .height = 2.6,
          .claims = {"net.fault.spares62", "net.fault.avail"},
          .results = {kExperiment},
          .draw = draw};
}

}  // namespace vtpu::figures
