#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("sparse-network", "sharding");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"sharding", "sharding"},
                                              {"bag", "bag"},
                                              {"skew", "skew"},
                                              {"scheme", "scheme"},
                                              {"stored_most", "stored, most (GB)", 0.1},
                                              {"stored_skew", "over mean", 0.08},
                                              {"messages", "messages a chip", 0.1},
                                              {"bytes", "kB a chip", 0.08},
                                              {"sent_skew", "rows sent, most over mean", 0.11},
                                              {"time", "time (us)", 0.08}});
  if (!table) return table;
  table->note =
      "26 tables of 10^6 to 10^9 rows of 512 B on a 4x4x8 torus. Pooled: the owner adds up what it holds of a bag. "
      "Stored: bytes of the fullest chip, and over the mean of all. Time: the bytes of the busiest channels.";
  return table;
}

}  // namespace

TableDeclaration sparse_sharding() {
  return {.name = "sparse_sharding",
          .caption = "Embedding tables spread over chips by row, column and table",
          .wide = true,
          .appendix = true,
          .results = {"sparse-network"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
