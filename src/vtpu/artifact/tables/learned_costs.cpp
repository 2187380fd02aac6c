#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("learned-packets", "learned_costs");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"slice", "slice", 0.11},
                                              {"ways", "table entries a chip", 0.1},
                                              {"table_size", "KiB a chip", 0.09},
                                              {"trees", "disjoint trees", 0.08},
                                              {"tree_depth", "deepest", 0.08},
                                              {"tree_all_reduce_share", "all-reduce / bound", 0.1},
                                              {"switch_dark_kept", "kept, switch dark", 0.1},
                                              {"switch_dark_kept_torus", "torus", 0.08},
                                              {"chip_dead_kept", "kept, chip dead", 0.1},
                                              {"chip_dead_kept_torus", "torus", 0.08}});
  if (!table) return table;
  table->note =
      "Kept: all-to-all throughput with one switch dark or one chip dead over that before, traffic split anew.";
  return table;
}

}  // namespace

TableDeclaration learned_costs() {
  return {.name = "learned_costs",
          .caption = "What learned OCS states cost: routing tables, all-reduce, faults",
          .wide = true,
          .appendix = true,
          .results = {"learned-packets"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
