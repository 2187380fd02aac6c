#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-routing", "deadlock");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"topology", "topology", 0.2},
                                              {"routing", "routing", 0.3},
                                              {"classes", "VC classes", 0.08},
                                              {"channel_classes", "channel classes", 0.1},
                                              {"dependencies", "dependencies", 0.12},
                                              {"deadlock_free", "acyclic", 0.08},
                                              {"throughput", "uniform throughput", 0.11}});
  if (!table) return table;
  table->note =
      "VC classes: of virtual channels, at least as many channels are needed. Adaptive routings: the extended graph of "
      "their escapes. Throughput: injection a chip, in link bandwidths, that fills the most loaded channel under "
      "uniform traffic.";
  return table;
}

}  // namespace

TableDeclaration deadlock() {
  return {.name = "deadlock",
          .caption = "Channel-dependency graphs of topologies under routings",
          .wide = true,
          .appendix = true,
          .results = {"net-routing"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
