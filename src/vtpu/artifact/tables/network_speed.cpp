#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-speed", "speed");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"level", "level"},
                                              {"network", "network"},
                                              {"what", "workload"},
                                              {"speed", "million hops/s", 0.13},
                                              {"low", "low", 0.09},
                                              {"high", "high", 0.09},
                                              {"memory", "peak memory (MiB)", 0.13}});
  if (!table) return table;
  table->note = "Hops of flits or packets over links, a second of wall time; medians with their 95 % intervals.";
  return table;
}

}  // namespace

TableDeclaration network_speed() {
  return {.name = "network_speed",
          .caption = "Speed of the simulators on one thread of this host",
          .wide = true,
          .appendix = true,
          .results = {"net-speed"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
