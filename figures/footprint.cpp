// Ops per cycle against the size of the loop.
#include <fmt/core.h>

#include <algorithm>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "core-ops-per-cycle";

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "footprint");
  const plt::Numbers words = all.numbers("words"), code = all.numbers("code"), high = all.numbers("high");
  plt::errorbar(words, all.numbers("ops"), all.numbers("low"), all.numbers("high"),
                {{"marker", "o"}, {"color", plot::colour::kBlue}, {"capsize", 2.0}});
  plt::xscale("log", {{"base", 2.0}});
  plt::Strings labels;
  for (std::size_t i = 0; i < words.size(); ++i)
    labels.push_back(fmt::format("{:.0f}\n{:.{}f}", words[i], code[i] / 1024, code[i] < 10240 ? 1 : 0));
  plt::xticks(words, labels, {{"fontsize", plot::kSmallPoints}});
  plt::minorticks_off();
  plt::ylim(0, 1.1 * *std::max_element(high.begin(), high.end()));
  plt::xlabel("words in the loop; KiB of host code");
  plt::ylabel("ops per cycle");
}

}  // namespace

plot::Figure footprint() {
  return {
      .name = "footprint",
      .caption =
          "Ops per cycle of a balanced synthetic stream against the number of words in its loop (above) and the size "
          "of the host code compiled from them (below). Data stay in the first-level cache; the level that holds the "
          "code changes.",
      .alt =
          "A line of ops per cycle over the number of words, level at first and falling where the code outgrows what "
          "the core holds.",
      .height = 2.2,
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
