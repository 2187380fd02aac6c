#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-collectives", "all_reduce_machines");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"torus", "torus"},
                                              {"time", "time (ms)", 0.12},
                                              {"time_without_latency", "without latency (ms)", 0.15},
                                              {"bound", "bound (ms)", 0.12},
                                              {"share", "share of bound", 0.12},
                                              {"share_without_latency", "without latency", 0.12},
                                              {"least_busy_link", "least busy link", 0.12}});
  if (!table) return table;
  table->note =
      "Flow level by symmetry. Least busy link: share of the time, without latency, in which the least busy link "
      "works.";
  return table;
}

}  // namespace

TableDeclaration all_reduce_machines() {
  return {.name = "all_reduce_machines",
          .caption = "All-reduce of 1 GiB by the bucket algorithm",
          .wide = true,
          .appendix = true,
          .results = {"net-collectives"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
