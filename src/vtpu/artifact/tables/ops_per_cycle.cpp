#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("core-ops-per-cycle", "ops_per_cycle");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"workload", "workload"},
                                              {"native", "native"},
                                              {"low", "low"},
                                              {"high", "high"},
                                              {"bound", "bound"},
                                              {"share", "share"},
                                              {"avx2", "AVX2"},
                                              {"interpreter", "interpreter"},
                                              {"o0", "-O0"},
                                              {"o2", "-O2"},
                                              {"o3_native", "-O3"},
                                              {"over_ordinary", "over ordinary", 0.08}});
  if (!table) return table;
  table->note =
      "Median and 95 % interval of the native engine; bound: independent host instructions of the same mix, or the "
      "recurrence; -O3 with -march=native. Ordinary code is credited with the ops of the program whose work it does; "
      "the last column is over its fastest level.";
  return table;
}

}  // namespace

TableDeclaration ops_per_cycle() {
  return {.name = "ops_per_cycle",
          .caption = "Ops per measured core cycle of the ten synthetic workloads, by engine",
          .wide = true,
          .appendix = true,
          .results = {"core-ops-per-cycle"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
