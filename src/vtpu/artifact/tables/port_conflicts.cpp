#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("core-ports", "port_conflicts");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"workload", "workload"},
                                              {"conflicts", "cycles lost"},
                                              {"low", "low"},
                                              {"high", "high"},
                                              {"limit", "limit by the port map"},
                                              {"predicted", "predicted"},
                                              {"measured", "measured"},
                                              {"measured_low", "low"},
                                              {"measured_high", "high"},
                                              {"ratio", "ratio"}});
  if (!table) return table;
  table->note =
      "Cycles lost: share beyond what the slowest of D, S and C alone, or dispatch, needs; of host instructions "
      "without the engine. Predicted, measured: ops per cycle of the native engine.";
  return table;
}

}  // namespace

TableDeclaration port_conflicts() {
  return {.name = "port_conflicts",
          .caption =
              "Port conflicts between the slots of a workload, and ops per cycle predicted by the port map against "
              "measured",
          .wide = true,
          .appendix = true,
          .results = {"core-ports"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
