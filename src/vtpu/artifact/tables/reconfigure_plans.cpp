#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-reconfigure", "reconfigure_plans");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"transition", "transition", 0.24},
                                              {"switches", "switches", 0.1},
                                              {"removed", "circuits removed", 0.1},
                                              {"added", "added", 0.09},
                                              {"entries", "entries changed", 0.14},
                                              {"entry_share", "share", 0.1},
                                              {"most_entries", "busiest chip", 0.1},
                                              {"untouched_share", "pairs untouched", 0.12}});
  if (!table) return table;
  table->note =
      "An entry changes if its port or its hops do. Untouched: the share of pairs whose whole way stays, link for "
      "link.";
  return table;
}

}  // namespace

TableDeclaration reconfigure_plans() {
  return {.name = "reconfigure_plans",
          .caption = "What changes between two topologies of a slice",
          .wide = true,
          .appendix = true,
          .results = {"net-reconfigure"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
