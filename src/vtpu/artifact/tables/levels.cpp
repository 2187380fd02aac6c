#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-levels", "levels");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"workload", "workload", 0.28},
                                              {"torus", "torus"},
                                              {"messages", "messages"},
                                              {"closed_form", "theory (us)", 0.09},
                                              {"flow", "flow (us)", 0.09},
                                              {"packet", "packet (us)", 0.09},
                                              {"flit_bound", "theory, one injection channel", 0.12},
                                              {"flit", "flit (us)", 0.09}});
  if (!table) return table;
  table->note =
      "Theory: bytes of the busiest channel over its bandwidth and latencies of the longest chain. At flit level a "
      "chip has one injection channel.";
  return table;
}

}  // namespace

TableDeclaration levels() {
  return {.name = "levels",
          .caption = "The same workloads at three levels of simulation, beside theory",
          .wide = true,
          .appendix = true,
          .results = {"net-levels"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
