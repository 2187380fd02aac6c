#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("core-ops-per-cycle", "useful_work");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"workload", "workload"},
                                              {"flop", "FLOP a cycle"},
                                              {"bytes", "bytes a cycle"},
                                              {"unit", "busiest unit"},
                                              {"busy", "share of its peak"},
                                              {"ops", "ops a cycle"}});
  if (!table) return table;
  table->note =
      "FLOP: additions, multiplications and maxima; multiply-adds of whole numbers in the dot products. Bytes: moved "
      "by S slots. Busiest unit: the class of host instruction that the work keeps busy for the largest share of "
      "cycles, at its measured rate.";
  return table;
}

}  // namespace

TableDeclaration useful_work() {
  return {.name = "useful_work",
          .caption = "Useful work of the native engine beside its ops per cycle",
          .wide = false,
          .appendix = true,
          .results = {"core-ops-per-cycle"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
