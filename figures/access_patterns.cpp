// Cycles per sequential and per random access, by level of the memory hierarchy, against the bands of the source.
#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "host";
constexpr const char* kClaims = "data/claims.csv";

void draw_claim(plot::Context& context, const char* id, const char* colour, const char* label) {
  const plot::TableView claim = context.data(kClaims).where("id", id);
  plt::axhspan(claim.number("low"), claim.number("high"),
               {{"facecolor", colour}, {"alpha", 0.25}, {"linewidth", 0.0}, {"label", label}});
}

/// The metrics `key`.<level>`end`.
void draw_series(plot::Context& context, const std::vector<std::string>& levels, const std::string& key,
                 const std::string& end, double shift, plt::Keywords look) {
  plt::Numbers places, values, low, high;
  for (const std::string& level : levels) {
    const measure::Metric& metric = context.metric(kExperiment, key + "." + level + end);
    places.push_back(static_cast<double>(places.size()) + shift);
    values.push_back(metric.value);
    low.push_back(metric.ci.low);
    high.push_back(metric.ci.high);
  }
  look["linestyle"] = "none";
  look["capsize"] = 2.0;
  plt::errorbar(places, values, low, high, look);
}

void draw(plot::Context& context) {
  const std::vector<std::string> levels = context.table(kExperiment, "footprints").labels("level");
  draw_claim(context, "mem.rand", plot::colour::kVermilion, "claimed, random");
  draw_claim(context, "mem.seq", plot::colour::kBlue, "claimed, sequential");
  draw_series(context, levels, "vtpu.mem.random_cycles", "", 0,
              {{"marker", "o"}, {"color", plot::colour::kVermilion}, {"label", "random, dependent"}});
  draw_series(context, levels, "host.random_independent_cycles", "", 0.12,
              {{"marker", "^"}, {"color", plot::colour::kOrange}, {"label", "random, independent"}});
  draw_series(context, levels, "vtpu.mem.sequential_cycles", ".scalar", -0.12,
              {{"marker", "s"}, {"color", plot::colour::kBlue}, {"label", "sequential, scalar"}});
  draw_series(context, levels, "vtpu.mem.sequential_cycles", ".vector", 0,
              {{"marker", "D"}, {"color", plot::colour::kSky}, {"label", "sequential, vector"}});
  plt::yscale("log");
  plt::yticks({0.1, 1, 10, 100, 1000}, {"0.1", "1", "10", "100", "1000"});
  plt::Numbers places;
  plt::Strings names;
  for (const std::string& level : levels) {
    places.push_back(static_cast<double>(places.size()));
    names.push_back(level == "dram" ? "DRAM" : level == "miss70" ? "misses\nas stated" : "L" + level.substr(1));
  }
  plt::xticks(places, names);
  plt::xlim(-0.5, places.back() + 0.5);
  plt::grid(false, {{"axis", "x"}});
  plt::xlabel("working set");
  plt::ylabel("core cycles per element");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure access_patterns() {
  return {.name = "access_patterns",
          .caption =
              "Core cycles per element of one array, by the level of the memory hierarchy that holds it: summed in "
              "sequence, one element or one vector at a time; at random, each load giving the next address; and at "
              "random with several loads in flight. Misses as stated: the smallest array at which a model of the "
              "first-level cache has the miss rate that the source gives. Medians with intervals. The "
              "bands are the source's, which states no footprint.",
          .alt =
              "Cycles per element on a logarithmic axis, one group of markers per working set: sequential access by "
              "scalars and by vectors, dependent random access, and random access with several loads in flight, over "
              "the bands claimed for random and for sequential access.",
          .height = 2.6,
          .claims = {"mem.seq", "mem.rand", "mem.gap"},
          .results = {kExperiment},
          .data = {kClaims},
          .draw = draw};
}

}  // namespace vtpu::figures
