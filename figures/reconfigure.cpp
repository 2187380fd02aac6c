// Time of each part of a reconfiguration, beside the time of the switches and the time claimed for the whole.
#include <string>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-reconfigure";
constexpr const char* kClaims = "data/claims.csv";
constexpr const char* kPublished = "data/published/ocs.csv";
constexpr double kApart = 0.2;  // offset of marks that would overlap, in rows

/// The slice and its new topology.
std::string words(const std::string& transition) {
  const std::string slice = with_times(transition.substr(0, transition.find(' ')));
  if (transition.find(" to plane") != std::string::npos) return slice + " to plane";
  if (transition.find(" to translations") != std::string::npos) return slice + " to random";
  return with_times(transition);
}

void draw(plot::Context& context) {
  const plot::TableView parts = context.table(kExperiment, "reconfigure_parts").where("job", "all-reduce");
  const plot::TableView exchange = context.table(kExperiment, "reconfigure_parts").where("job", "all-to-all");
  plt::Numbers rows, signal_rows, table_rows, signals, exchange_rows, exchange_drain;
  plt::Strings names;
  for (std::size_t row = 0; row < parts.size(); ++row) {
    const std::string transition = parts.label(row, "transition");
    const double y = -static_cast<double>(row);
    rows.push_back(y);
    names.push_back(words(transition));
    signal_rows.push_back(y + kApart);
    table_rows.push_back(y - kApart);
    signals.push_back(parts.number(row, "order") + parts.number(row, "report") + parts.number(row, "go"));
    const plot::TableView other =
        exchange.filter("transition", [&](const std::string& name) { return name == transition; });
    if (other.size() != 1) continue;
    exchange_rows.push_back(y);
    exchange_drain.push_back(other.number("drain"));
  }
  const plot::TableView times = context.table(kExperiment, "reconfigure_switching");
  const plt::Numbers switching = times.numbers("switching");
  plt::axvspan(switching.front() * 1e3, switching.back() * 1e3,
               {{"color", plot::colour::kLight}, {"label", "switches (assumed range)"}});
  plt::axvline(context.data(kClaims).where("id", "net.reconfig.total").number("value") * 1e3,
               {{"color", plot::colour::kVermilion}, {"linestyle", "--"}, {"label", "claimed for the whole"}});
  plt::axvline(context.data(kPublished).where("id", "OC-024").number("value") * 1e6,
               {{"color", plot::colour::kBlack}, {"linestyle", ":"}, {"label", "reported for the whole"}});
  const auto marks = [](const plt::Numbers& x, const plt::Numbers& y, const char* marker, const char* colour,
                        const char* label) {
    plt::scatter(x, y, {{"marker", marker}, {"color", colour}, {"s", 16.0}, {"zorder", 3L}, {"label", label}});
  };
  marks(parts.numbers("drain"), rows, "o", plot::colour::kBlue, "drain, all-reduce");
  marks(exchange_drain, exchange_rows, "s", plot::colour::kSky, "drain, all-to-all");
  marks(signals, signal_rows, "^", plot::colour::kGreen, "orders and reports");
  marks(parts.numbers("tables"), table_rows, "D", plot::colour::kOrange, "tables to all chips");
  plt::xscale("log");
  plt::xticks({1, 1e2, 1e4, 1e6}, {"1 µs", "100 µs", "10 ms", "1 s"});
  plt::minorticks_off();
  plt::xlim(0.1, 3e7);
  plt::yticks(rows, names);
  plt::ylim(rows.back() - 0.6, 0.6);
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::xlabel("time");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure reconfigure() {
  return {
      .name = "reconfigure",
      .caption =
          "Parts of a reconfiguration under a running job: from a regular torus to the twisted one, to a plane that "
          "winds through the blocks, to random translations of the blocks. Marks: packet level. Grey: assumed range of "
          "switching times; the source publishes only that they take milliseconds [@jouppi2023tpuv4]. Dashed: the time "
          "claimed for the whole; dotted: the time that a secondary source reports for a slice [@gemini2023report].",
      .alt =
          "A row for each transition, times on a logarithmic axis. All simulated parts lie below the claimed time for "
          "the whole, the switching times at and beyond it, the reported time far to the right.",
      .height = 3.0,
      .claims = {"net.reconfig.total"},
      .results = {kExperiment},
      .data = {kClaims, kPublished},
      .draw = draw};
}

}  // namespace vtpu::figures
