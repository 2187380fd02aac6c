#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-faults", "failure_cases");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"case", "what fails", 0.3},
                                              {"policy", "policy", 0.15},
                                              {"outages", "outages", 0.07},
                                              {"moved", "names moved", 0.08},
                                              {"lost", "names lost", 0.08},
                                              {"interrupted", "interrupted", 0.09},
                                              {"ignored", "ignored", 0.07},
                                              {"down", "down (s)", 0.08},
                                              {"end", "after an hour", 0.08}});
  if (!table) return table;
  table->note =
      "Scripted failures in an hour of the job. Interrupted: recoveries given up for a failure that came meanwhile. "
      "Ignored: failures of what was down already.";
  return table;
}

}  // namespace

TableDeclaration failure_cases() {
  return {.name = "failure_cases",
          .caption = "What happens when failures meet",
          .wide = true,
          .appendix = true,
          .results = {"net-faults"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
