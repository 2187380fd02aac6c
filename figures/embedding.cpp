// Cost of one embedding lookup, by location of the table and length of a row.
#include <fmt/core.h>

#include <algorithm>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "mem-embedding";
constexpr const char* kClaims = "data/claims.csv";

struct Method {
  const char* column;
  const char* label;
  const char* marker;
  const char* colour;
};
constexpr Method kMethods[] = {{"vtpu", "vTPU program", "o", plot::colour::kBlue},
                               {"floor", "row reads only", "_", plot::colour::kBlack},
                               {"ordinary", "plain loop", "s", plot::colour::kGreen},
                               {"absl", "absl::flat_hash_map", "D", plot::colour::kOrange},
                               {"std", "std::unordered_map", "^", plot::colour::kPurple}};

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "embedding");
  plt::Numbers places;
  plt::Strings names;
  for (std::size_t row = 0; row < all.size(); ++row) {
    places.push_back(static_cast<double>(row));
    std::string level = all.label(row, "table");
    if (level.starts_with("l")) level[0] = 'L';
    if (level == "dram") level = "DRAM";
    names.push_back(fmt::format("{}\n{:.0f} B", level, all.numbers("row")[row]));
  }
  plt::axhline(context.data(kClaims).where("id", "mem.embed").number("value"),
               {{"color", plot::colour::kVermilion}, {"linestyle", "--"}, {"label", "claimed"}});
  for (const Method& method : kMethods)
    plt::scatter(places, all.numbers(method.column),
                 {{"marker", method.marker},
                  {"color", method.colour},
                  {"s", std::string_view(method.column) == "floor" ? 90.0 : 20.0},
                  {"label", method.label}});
  plt::yscale("log");
  plt::yticks({1, 3, 10, 30, 100, 300}, {"1", "3", "10", "30", "100", "300"});
  plt::minorticks_off();
  plt::xticks(places, names, {{"fontsize", plot::kSmallPoints}});
  plt::xlabel("location of the table, bytes per row");
  plt::ylabel("ns per lookup");
  plt::figure_legend({{"ncol", 3L}});
}

}  // namespace

plot::Figure embedding() {
  return {.name = "embedding",
          .caption =
              "Time of one embedding lookup, with single-precision rows summed in bags: the vTPU program, the fastest "
              "plain read of the same rows, the compiler's plain loop, and loops that find each row through a hash "
              "table. The axis is logarithmic.",
          .alt =
              "Points by method of lookup, for tables that fit each level of the memory hierarchy and for two row "
              "lengths, and a line for the claim.",
          .height = 2.7,
          .claims = {"mem.embed"},
          .results = {kExperiment},
          .data = {kClaims},
          .draw = draw};
}

}  // namespace vtpu::figures
