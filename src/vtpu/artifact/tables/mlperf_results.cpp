#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"
#include "vtpu/base/text.h"

namespace vtpu::artifact::tables {
namespace {

const std::string kFile = "data/published/mlperf_results.csv";
constexpr std::string_view kTime = "time to train: ";
const std::vector<std::string> kBenchmarks = {"BERT", "ResNet-50", "DLRM", "Mask R-CNN"};

/// One system at one size in one round, and its fastest time at each benchmark.
using SystemAtSize = std::tuple<std::string, std::string, std::int64_t>;  // round, system, chips
using Times = std::array<std::optional<double>, 4>;

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<std::map<std::string, PublishedFact>> facts = published_facts(inputs, {kFile});
  if (!facts) return facts.error();
  std::map<SystemAtSize, Times> systems;
  std::map<SystemAtSize, std::string> flags;
  for (const auto& [id, fact] : *facts) {
    const std::string round = condition_of(fact, "round");
    if (!fact.quantity.starts_with(kTime) || condition_of(fact, "division") != "closed" || round == "v0.7") continue;
    const auto benchmark = std::find(kBenchmarks.begin(), kBenchmarks.end(), fact.quantity.substr(kTime.size()));
    if (benchmark == kBenchmarks.end()) continue;
    Result<std::int64_t> chips = parse_integer(condition_of(fact, "chips"), id);
    if (!chips) return chips.error();
    Result<double> minutes = parse_number(fact.value, id);
    if (!minutes) return minutes.error();
    const SystemAtSize system{round, fact.system, *chips};
    std::optional<double>& best = systems[system][static_cast<std::size_t>(benchmark - kBenchmarks.begin())];
    best = best ? std::min(*best, *minutes) : *minutes;
    const std::string status = condition_of(fact, "status");
    if (status == "research" || status == "preview") flags[system] = status;
  }
  PrintedTable table{{{"round"}, {"system"}, {"chips", true}}, {}, ""};
  for (const std::string& benchmark : kBenchmarks) table.columns.push_back({benchmark + " (min)", true});
  table.columns.push_back({"flag"});
  for (const auto& [system, times] : systems) {
    const auto& [round, name, chips] = system;
    std::vector<std::string> row = {round, name, std::to_string(chips)};
    for (const std::optional<double>& minutes : times) row.push_back(minutes ? significant(*minutes, 4) : "–");
    row.push_back(flags[system]);
    table.rows.push_back(row);
  }
  table.note =
      "Derived from the public submission logs, closed division: mean over the runs without the fastest and the "
      "slowest, fastest submission of each size. Rounds differ in rules and code: compare within one.";
  return table;
}

}  // namespace

TableDeclaration mlperf_results() {
  return {.name = "mlperf_results",
          .caption = "MLPerf Training times by system and number of chips",
          .wide = true,
          .appendix = true,
          .data = {kFile},
          .build = build};
}

}  // namespace vtpu::artifact::tables
