// Number of groups in a batch of ids, and hops saved by grouping, by batch size.
#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "sparse-ids";
constexpr const char* kClaims = "data/claims.csv";
constexpr const char* kTorus = "torus 16x16x16";

void draw_groups(plot::Context& context) {
  const plot::TableView groups = context.table(kExperiment, "groups");
  const plt::Numbers batch = groups.numbers("batch_size");
  plt::plot(batch, groups.numbers("expected"), {{"color", plot::colour::kBlue}, {"label", "expected, even spread"}});
  plt::errorbar(batch, groups.numbers("groups"), groups.numbers("ci_low"), groups.numbers("ci_high"),
                {{"fmt", "o"}, {"color", plot::colour::kBlue}, {"label", "simulated, all volumes"}});
  plt::plot(batch, groups.numbers("one_volume_expected"),
            {{"color", plot::colour::kGreen}, {"linestyle", "--"}, {"label", "expected, ids of one volume"}});
  const plot::TableView claim = context.data(kClaims).where("id", "net.batch.groups");
  const double low = claim.number("low");
  const double high = claim.number("high");
  plt::errorbar({1000}, {(low + high) / 2}, {low}, {high},
                {{"fmt", "none"}, {"ecolor", plot::colour::kVermilion}, {"elinewidth", 5.0}, {"label", "claimed"}});
  plt::xscale("log");
  plt::yscale("log");
  plt::xticks({10, 100, 1000, 10000}, {"10", "100", "1000", "10000"});
  plt::yticks({10, 100, 1000}, {"10", "100", "1000"});
  plt::xlabel("ids per batch");
  plt::ylabel("groups");
  plt::legend({{"loc", "lower right"}});
}

void draw_ratios(plot::Context& context) {
  const plot::TableView hops = context.table(kExperiment, "hops").where("topology", kTorus);
  const auto series = [&](const char* map, const char* ids, const char* column, plt::Keywords look) {
    const plot::TableView rows = hops.where("map", map).where("ids", ids);
    plt::plot(rows.numbers("batch_size"), rows.numbers(column), look);
  };
  series("base100", "uniform", "multicast_ratio",
         {{"color", plot::colour::kGreen}, {"marker", "s"}, {"label", "decimal split, links shared"}});
  series("base100", "uniform", "ratio", {{"color", plot::colour::kBlue}, {"marker", "o"}, {"label", "decimal split"}});
  series("mixed", "uniform", "ratio", {{"color", plot::colour::kOrange}, {"marker", "^"}, {"label", "mixing hash"}});
  series("mixed", "zipf", "ratio",
         {{"color", plot::colour::kOrange}, {"marker", "^"}, {"linestyle", ":"}, {"label", "mixing hash, skewed ids"}});
  const double claimed = context.data(kClaims).where("id", "net.batch").number("value");
  plt::plot({1000}, {claimed},
            {{"color", plot::colour::kVermilion},
             {"marker", "X"},
             {"markersize", 6.0},
             {"linestyle", "none"},
             {"label", "claimed"}});
  plt::xscale("log");
  plt::yscale("log");
  plt::xticks({10, 100, 1000, 10000, 100000}, {"10", "100", "1000", "10000", "100000"});
  plt::yticks({1, 10, 100, 1000}, {"1", "10", "100", "1000"});
  plt::xlabel("ids per batch");
  plt::ylabel("hops unbatched / batched");
  plt::legend({{"loc", "upper left"}});
}

void draw(plot::Context& context) {
  plt::subplots(1, 2);
  draw_groups(context);
  plt::axes(1);
  draw_ratios(context);
}

}  // namespace

plot::Figure batching() {
  return {.name = "batching",
          .caption =
              "Left: groups of volume and book into which a batch of ids falls. Right: message-hops with one request "
              "per id over message-hops with hierarchical batching on the cubic torus, requests and replies. Links "
              "shared: messages that leave a leader in the same direction count once per link. Claimed: the source's "
              "figures for its example batch.",
          .alt =
              "Two log-log panels over batch size. The number of groups follows the expectation of an even spread and "
              "lies far above the claimed one. The hop ratio grows with batch size.",
          .width = plot::Width::page,
          .height = 2.4,
          .claims = {"net.batch", "net.batch.groups"},
          .results = {kExperiment},
          .data = {kClaims},
          .draw = draw};
}

}  // namespace vtpu::figures
