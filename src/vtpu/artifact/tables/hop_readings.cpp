#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"
#include "vtpu/base/check.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  VTPU_CHECK(inputs.claims != nullptr, "table inputs hold judged claims");
  PrintedTable table{{{"claim", false, 0.24},
                      {"stated", true},
                      {"literal", true},
                      {"charitable", true},
                      {"the charitable reading", false, 0.28},
                      {"verdict"}},
                     {},
                     ""};
  for (const Judged& judged : *inputs.claims) {
    const Claim& claim = judged.claim;
    if (!claim.id.starts_with("net.hops.")) continue;
    std::string charitable = "–";
    if (!claim.reading_key.empty() && judged.verdict != Verdict::open) {
      Result<measure::Metric> metric = inputs.metric(claim.experiment, claim.reading_key);
      if (!metric) return metric.error();
      charitable = with_interval(*metric);
    }
    table.rows.push_back({claim.statement, stated(claim), judged.metric ? with_interval(*judged.metric) : "–",
                          charitable, claim.reading, std::string(name_of(judged.verdict))});
  }
  table.note = "Literal: the average or greatest distance of the topology the claim names, all pairs, exact.";
  return table;
}

}  // namespace

TableDeclaration hop_readings() {
  return {.name = "hop_readings",
          .caption = "Hop counts of the source documents under the literal and the charitable reading",
          .wide = true,
          .results = {"net-topology"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
