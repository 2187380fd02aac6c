// What compiling costs: the compiler's parts by tier, and the native engine by the length of the program.
#include <algorithm>
#include <string>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kCompiler = "compiler-speed";
constexpr const char* kEngine = "core-compile";

/// From the kernel's text to host code, part by part.
void draw_tiers(plot::Context& context) {
  const plot::TableView tiers = context.table(kCompiler, "compile_tiers");
  const plt::Numbers places = downwards(tiers.size());
  plt::Strings names;
  for (const double tier : tiers.numbers("tier")) names.push_back("tier " + std::to_string(static_cast<int>(tier)));
  plt::Numbers left(tiers.size(), 0.0);
  struct Part {
    const char* column;
    const char* label;
    const char* colour;
    const char* hatch;
  };
  for (const Part& part : {Part{"front", "front end", plot::colour::kSky, ""},
                           {"passes", "passes", plot::colour::kOrange, "//"},
                           {"back", "back end", plot::colour::kBlue, ""},
                           {"native", "native engine", plot::colour::kGreen, "xx"}}) {
    const plt::Numbers width = tiers.numbers(part.column);
    plt::barh(places, width,
              {{"left", left},
               {"height", 0.62},
               {"color", part.colour},
               {"hatch", part.hatch},
               {"edgecolor", "white"},
               {"linewidth", 0.0},
               {"label", part.label}});
    for (std::size_t row = 0; row < left.size(); ++row) left[row] += width[row];
  }
  plt::yticks(places, names);
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::xlabel("time (ns/word)");
}

/// The native engine alone.
void draw_lengths(plot::Context& context) {
  const plot::TableView all = context.table(kEngine, "compile");
  const plt::Numbers words = all.numbers("words"), compile = all.numbers("compile");
  plt::errorbar(words, compile, all.numbers("low"), all.numbers("high"),
                {{"color", plot::colour::kGreen}, {"marker", "s"}, {"markersize", 3.5}, {"label", "compile"}});
  plt::plot(words, all.numbers("validate"),
            {{"color", plot::colour::kGrey}, {"marker", "o"}, {"markersize", 3.5}, {"label", "of it, validate"}});
  plt::xscale("log");
  plt::Strings labels;
  for (const double count : words) labels.push_back(std::to_string(static_cast<int>(count)));
  plt::xticks(words, labels);
  plt::minorticks_off();
  plt::ylim(0, 1.15 * *std::max_element(compile.begin(), compile.end()));
  plt::xlabel("words of the program");
  plt::ylabel("time (ns/word)");
  plt::legend({{"loc", "upper right"}});
}

void draw(plot::Context& context) {
  plt::subplots(1, 2);
  plt::axes(1);
  draw_lengths(context);
  plt::axes(0);
  draw_tiers(context);
  plt::figure_legend({{"ncol", 4L}});
}

}  // namespace

plot::Figure compile_cost() {
  return {.name = "compile_cost",
          .caption =
              "What compiling costs. Left: all programs at each tier, from the kernel's text to words, and from words "
              "to host code. Right: the native engine alone on synthetic programs, by their length (medians with "
              "intervals). Times are divided by the words of the program.",
          .alt = "Stacked bars, one per tier, and a curve that falls with the length of the program.",
          .width = plot::Width::page,
          .height = 2.2,
          .results = {kCompiler, kEngine},
          .draw = draw};
}

}  // namespace vtpu::figures
