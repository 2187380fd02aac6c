#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"
#include "vtpu/base/check.h"

namespace vtpu::artifact::tables {
namespace {

std::string found(const Judged& judged) {
  if (judged.configurations > 1) return std::to_string(judged.holds) + "/" + std::to_string(judged.configurations);
  return judged.metric ? with_interval(*judged.metric) : "–";
}

Result<PrintedTable> build(const TableInputs& inputs) {
  VTPU_CHECK(inputs.claims != nullptr, "table inputs hold judged claims");
  PrintedTable table{
      {{"indicator", false, 0.44}, {"source"}, {"target", true}, {"actual [95 %]", true}, {"verdict"}}, {}, ""};
  for (const Judged& judged : *inputs.claims) {
    const Claim& claim = judged.claim;
    if (claim.source != "deliverable-dashboard" && claim.source != "rally-dashboard") continue;
    table.rows.push_back({claim.statement, claim.source, stated(claim) + " " + claim.unit,
                          found(judged), std::string(name_of(judged.verdict))});
  }
  table.note = "Targets are the sources'; actual values are of this run and host. An open indicator has no experiment.";
  return table;
}

}  // namespace

TableDeclaration kpi_dashboard() {
  return {.name = "kpi_dashboard",
          .caption = "Key performance indicators of the source documents, target against actual",
          .wide = true,
          .appendix = true,
          .build = build};
}

}  // namespace vtpu::artifact::tables
