#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-degraded", "dark");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"torus", "torus", 0.1},
                                              {"lost", "lost", 0.2},
                                              {"even", "all-to-all, even", 0.1},
                                              {"balanced", "balanced", 0.09},
                                              {"bound", "dual bound", 0.09},
                                              {"neighbour_even", "neighbours, even", 0.1},
                                              {"neighbour_first", "neighbours, one path", 0.1},
                                              {"quoted_alltoall", "published, all-to-all (%)", 0.11},
                                              {"quoted_neighbour", "published, neighbours (%)", 0.11}});
  if (!table) return table;
  table->note = "Part of the whole torus's throughput that is left.";
  return table;
}

}  // namespace

TableDeclaration dark() {
  return {.name = "dark",
          .caption = "Throughput left by a dark link and by a dark optical switch",
          .wide = true,
          .appendix = true,
          .results = {"net-degraded"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
