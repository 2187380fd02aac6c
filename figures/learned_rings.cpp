// All-reduce on learned switch states along disjoint rings and over disjoint trees, by size of the buffer.
#include <string>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "learned-rings";

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "rings_trees");
  const char* const colours[] = {plot::colour::kBlue, plot::colour::kOrange, plot::colour::kGreen};
  const char* const markers[] = {"o", "s", "^"};
  std::size_t i = 0;
  for (const std::string& slice : all.distinct("slice")) {
    const plot::TableView rows = all.where("slice", slice);
    plt::Numbers mebibytes;
    for (const double kibibytes : rows.numbers("buffer")) mebibytes.push_back(kibibytes / 1024);
    const std::string name = with_times(slice);
    plt::semilogx(
        mebibytes, rows.numbers("rings_share"),
        {{"color", colours[i % 3]}, {"marker", markers[i % 3]}, {"markersize", 3.0}, {"label", name + " rings"}});
    plt::semilogx(mebibytes, rows.numbers("trees_share"),
                  {{"color", colours[i % 3]},
                   {"marker", markers[i % 3]},
                   {"markersize", 3.0},
                   {"linestyle", ":"},
                   {"label", name + " trees"}});
    ++i;
  }
  plt::axhline(1, {{"color", plot::colour::kBlack}, {"linestyle", "--"}, {"linewidth", 0.8}});
  plt::ylim(0, 1.05);
  plt::xticks({0.1, 1, 10, 100, 1000}, {"0.1", "1", "10", "100", "1000"});
  plt::minorticks_off();
  plt::xlabel("buffer per chip (MiB)");
  plt::ylabel("share of the\nbandwidth bound");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure learned_rings() {
  return {
      .name = "learned_rings",
      .caption =
          "All-reduce on learned switch states at packet level, on links with half a microsecond of latency: along "
          "three rings through all chips that share no link, and over three spanning trees that share no link. Both "
          "take the best of several numbers of pieces at each size. Dashed: the bandwidth bound.",
      .alt =
          "Curves that rise with the buffer. Those of trees lie higher for small buffers; those of rings reach the "
          "bound for large ones, and those of trees stay below it.",
      .height = 2.6,
      .claims = {"learn.rings"},
      .results = {kExperiment},
      .data = {},
      .draw = draw};
}

}  // namespace vtpu::figures
