// This host's memory by footprint: latency of a dependent load and bandwidth of sequential reads.
#include <algorithm>
#include <map>
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "host";

/// Sizes of the caches by name. The experiment records 0 where the host does not report one.
std::map<std::string, double> caches(plot::Context& context) {
  std::map<std::string, double> sizes;
  for (const std::string level : {"1", "2", "3"}) {
    const double size = context.value(kExperiment, "host.cache_bytes.l" + level);
    if (size > 0) sizes["L" + level] = size;
  }
  return sizes;
}

void mark_caches(plot::Context& context) {
  for (const auto& [name, size] : caches(context))
    plt::axvline(size, {{"color", plot::colour::kGrey}, {"linestyle", "--"}, {"linewidth", 0.8}});
}

void name_caches(plot::Context& context, double top) {
  for (const auto& [name, size] : caches(context))
    plt::text(size, top, name,
              {{"ha", "center"}, {"va", "bottom"}, {"fontsize", plot::kSmallPoints}, {"color", "#404040"}});
}

void draw(plot::Context& context) {
  const plot::TableView ladder = context.table(kExperiment, "memory_ladder");
  const plt::Numbers size = ladder.numbers("size");
  plt::subplots(2, 1, {{"sharex", true}});
  mark_caches(context);
  plt::errorbar(size, ladder.numbers("chase"), ladder.numbers("chase_low"), ladder.numbers("chase_high"),
                {{"marker", "o"}, {"color", plot::colour::kBlue}, {"capsize", 1.5}});
  plt::xscale("log", {{"base", 2.0}});
  plt::yscale("log");
  plt::yticks({1, 10, 100}, {"1", "10", "100"});
  const plt::Numbers slowest = ladder.numbers("chase_high");
  const double top = 1.5 * *std::max_element(slowest.begin(), slowest.end());
  plt::ylim(0.8, top);
  name_caches(context, top);
  plt::ylabel("load latency (ns)");
  plt::axes(1);
  mark_caches(context);
  plt::errorbar(size, ladder.numbers("read"), ladder.numbers("read_low"), ladder.numbers("read_high"),
                {{"marker", "s"}, {"color", plot::colour::kVermilion}, {"capsize", 1.5}});
  const plt::Numbers high = ladder.numbers("read_high");
  plt::ylim(0, 1.1 * *std::max_element(high.begin(), high.end()));
  plt::xticks({4.0 * 1024, 64.0 * 1024, 1024.0 * 1024, 16.0 * 1024 * 1024, 256.0 * 1024 * 1024},
              {"4 KiB", "64 KiB", "1 MiB", "16 MiB", "256 MiB"});
  plt::minorticks_off();
  plt::xlabel("footprint");
  plt::ylabel("sequential read (GB/s)");
}

}  // namespace

plot::Figure memory_ladder() {
  return {.name = "memory_ladder",
          .caption =
              "This host's memory by footprint, one thread: latency of a load that depends on the previous one (above) "
              "and bandwidth of sequential reads (below). Medians with intervals; dashed: sizes of the cache levels as "
              "the host reports them.",
          .alt = "Two panels over footprint: latency rises in a step after each cache level, bandwidth falls.",
          .height = 3.2,
          .results = {kExperiment},
          .draw = draw};
}

}  // namespace vtpu::figures
