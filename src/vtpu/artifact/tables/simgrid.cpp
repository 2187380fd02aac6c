#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-simgrid", "simgrid");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"case", "workload"},
                                              {"messages", "messages"},
                                              {"simgrid", "SimGrid (ms)", 0.1},
                                              {"same_ties", "ours, same ties (ms)", 0.12},
                                              {"split_ties", "ours, ties split (ms)", 0.12},
                                              {"simgrid_wall", "SimGrid, wall (s)", 0.11},
                                              {"wall", "ours, wall (s)", 0.11},
                                              {"speedup", "faster by (x)", 0.1}});
  if (!table) return table;
  table->note = "Simulated times, and medians of wall time of one run in a process of its own.";
  return table;
}

}  // namespace

TableDeclaration simgrid() {
  return {.name = "simgrid",
          .caption = "The flow level beside SimGrid",
          .wide = true,
          .appendix = true,
          .results = {"net-simgrid"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
