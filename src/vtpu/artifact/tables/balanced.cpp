#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-routing", "balanced");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"topology", "topology", 0.3},
                                              {"even", "all paths evenly", 0.13},
                                              {"balanced", "balanced", 0.13},
                                              {"dual_bound", "dual bound", 0.13},
                                              {"classes", "VC classes", 0.1}});
  if (!table) return table;
  table->note = "Injection a chip in link bandwidths. Dual bound: no weights of shortest paths have more.";
  return table;
}

}  // namespace

TableDeclaration balanced() {
  return {.name = "balanced",
          .caption = "Shortest paths weighted for uniform traffic on any graph",
          .wide = true,
          .appendix = true,
          .results = {"net-routing"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
