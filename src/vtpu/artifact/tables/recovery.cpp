#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-faults", "recovery");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"policy", "policy", 0.26},
                                              {"waited_share", "waited", 0.08},
                                              {"detect_median", "detect", 0.08},
                                              {"decide", "decide", 0.08},
                                              {"update", "update", 0.08},
                                              {"resume", "resume", 0.08},
                                              {"total_median", "median", 0.09},
                                              {"total_p99", "p99", 0.09},
                                              {"exact_p99", "exact p99", 0.09}});
  if (!table) return table;
  table->note =
      "Milliseconds; steps are medians. Waited: share of outages that waited for a free spare or a repair. Exact: "
      "detection uniform over the period of the health check, the rest constant, one failure at a time.";
  return table;
}

}  // namespace

TableDeclaration recovery() {
  return {.name = "recovery",
          .caption = "Recovery from failures of chips, by policy",
          .wide = true,
          .appendix = true,
          .results = {"net-faults"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
