#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-collectives", "collectives");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"collective", "collective"},
                                              {"algorithm", "algorithm"},
                                              {"messages", "messages"},
                                              {"rounds", "rounds"},
                                              {"hops_best", "hops, best", 0.06},
                                              {"hops_average", "average", 0.07},
                                              {"hops_worst", "worst", 0.06},
                                              {"time", "1 GiB (ms)", 0.08},
                                              {"share", "share of bound", 0.08},
                                              {"small_time", "4 KiB (us)", 0.08}});
  if (!table) return table;
  table->note =
      "Every schedule is proved exact first. Times at flow level, links of 50 GB/s and 500 ns. Share: alpha-beta bound "
      "over the time for 1 GiB. Broadcast and reduce of 1 GiB in 64 pieces where they are pipelined.";
  return table;
}

}  // namespace

TableDeclaration collectives() {
  return {.name = "collectives",
          .caption = "Collectives on a 4x4x4 torus by algorithm",
          .wide = true,
          .appendix = true,
          .results = {"net-collectives"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
