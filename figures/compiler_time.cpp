// Time of the compiled programs against the same work in other compilers and in libraries, at every data size.
#include <fmt/core.h>

#include <algorithm>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "compiler-tiers";

struct Other {
  const char* name;
  const char* label;
  const char* marker;
  const char* colour;
};
constexpr Other kOthers[] = {{"o3_native", "gcc", "o", plot::colour::kBlue},
                             {"o3_native_fast", "gcc, fast math", "s", plot::colour::kSky},
                             {"clang_o3_native", "clang", "^", plot::colour::kVermilion},
                             {"clang_o3_native_fast", "clang, fast math", "v", plot::colour::kOrange},
                             {"openblas", "OpenBLAS", "D", plot::colour::kGreen},
                             {"eigen", "Eigen", "X", plot::colour::kPurple}};

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "speed");
  const std::vector<std::string> programs = all.distinct("program"), sizes = all.distinct("size");
  plt::Numbers places;
  plt::Strings names;
  for (const std::string& program : programs) {
    places.push_back(-static_cast<double>(places.size()));
    names.push_back(program);
    std::replace(names.back().begin(), names.back().end(), '_', ' ');
  }
  const plt::Numbers over_all = all.numbers("over");
  const double least = std::min(0.25, 0.8 * *std::min_element(over_all.begin(), over_all.end()));
  const double most = std::max(16.0, 1.25 * *std::max_element(over_all.begin(), over_all.end()));
  plt::Numbers ticks;
  plt::Strings labels;
  for (const auto& [tick, label] : {std::pair{1.0 / 64, "1/64"},
                                    {1.0 / 16, "1/16"},
                                    {0.25, "1/4"},
                                    {1.0, "1"},
                                    {4.0, "4"},
                                    {16.0, "16"},
                                    {64.0, "64"}})
    if (tick >= least && tick <= most) ticks.push_back(tick), labels.push_back(label);
  plt::subplots(1, static_cast<long>(sizes.size()), {{"sharey", true}});
  for (std::size_t panel = 0; panel < sizes.size(); ++panel) {
    plt::axes(static_cast<long>(panel));
    plt::axvline(1, {{"color", "black"}});
    const plot::TableView here = all.where("size", sizes[panel]);
    for (const Other& other : kOthers) {
      const plot::TableView some = here.filter("way", [&](const std::string& way) { return way == other.name; });
      if (some.size() == 0) continue;
      plt::Numbers rows;
      for (const std::string& program : some.labels("program")) {
        const auto at = std::find(programs.begin(), programs.end(), program);
        rows.push_back(-static_cast<double>(at - programs.begin()));
      }
      plt::scatter(some.numbers("over"), rows,
                   {{"marker", other.marker},
                    {"color", other.colour},
                    {"edgecolor", "white"},
                    {"linewidth", 0.2},
                    {"s", 18.0},
                    {"label", other.label}});
    }
    plt::xscale("log");
    plt::xticks(ticks, labels);
    plt::minorticks_off();
    plt::xlim(least, most);
    plt::ylim(places.back() - 0.7, 0.7);
    plt::yticks(places, names, {{"fontsize", plot::kSmallPoints}});
    plt::tick_params({{"axis", "y"}, {"length", 0.0}});
    plt::title("data in " + (sizes[panel] == "memory" ? sizes[panel] : sizes[panel] + " cache"));
    plt::xlabel("time / time of tier 3");
  }
  plt::axes(0);
  plt::figure_legend({{"ncol", 6L}});
}

}  // namespace

plot::Figure compiler_time() {
  return {
      .name = "compiler_time",
      .caption =
          "Time of the same work in other compilers, at their highest level for this host, and in libraries, over "
          "the time of the compiled program, at up to three data sizes. Right of the line the compiled program is "
          "faster. Medians; the axes are logarithmic. With fast math a compiler may reorder sums, as the kernel "
          "language allows ours to do; without it, it may not.",
      .alt = "Rows, one per program, with a mark for each other compiler or library left or right of a line at one.",
      .width = plot::Width::page,
      .height = 4.2,
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
