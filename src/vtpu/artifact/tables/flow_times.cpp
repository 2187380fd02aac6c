#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-speed", "flow_times");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"network", "torus"},
                                              {"what", "flows"},
                                              {"flows", "number"},
                                              {"time", "time (ms)", 0.12},
                                              {"low", "low", 0.1},
                                              {"high", "high", 0.1},
                                              {"memory", "peak memory (MiB)", 0.13}});
  if (!table) return table;
  table->note = "Network, routing and run together; medians with their 95 % intervals.";
  return table;
}

}  // namespace

TableDeclaration flow_times() {
  return {.name = "flow_times",
          .caption = "Wall time of all-to-alls at flow level on this host",
          .wide = true,
          .appendix = true,
          .results = {"net-speed"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
