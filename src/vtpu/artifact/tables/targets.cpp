#include "vtpu/artifact/tables/targets.h"

#include <fmt/format.h>

#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {

Result<PrintedTable> print_targets(const TableInputs& inputs, std::span<const Target> targets) {
  PrintedTable table{
      {{"target", false, 0.34}, {"", true}, {"measured [95 %]", true}, {"limit in the same run", false, 0.2}, {"met"}},
      {},
      ""};
  for (const Target& target : targets) {
    Result<measure::Metric> metric = inputs.metric(target.experiment, target.key);
    if (!metric) return metric.error();
    std::string limit = "–";
    if (*target.limit_key != 0) {
      Result<measure::Metric> other = inputs.metric(target.experiment, target.limit_key);
      if (!other) return other.error();
      limit = number_text(other->value, 3) + ", " + target.limit;
    }
    // As for claims, the whole interval decides.
    const bool in = target.at_least ? metric->ci.low >= target.bound : metric->ci.high <= target.bound;
    const bool out = target.at_least ? metric->ci.high < target.bound : metric->ci.low > target.bound;
    table.rows.push_back({target.what,
                          fmt::format("{} {}{}{}", target.at_least ? "≥" : "≤", number_text(target.bound),
                                      *target.unit ? " " : "", target.unit),
                          with_interval(*metric), limit,
                          in    ? "yes"
                          : out ? "no"
                                : "within the interval"});
  }
  return table;
}

}  // namespace vtpu::artifact::tables
