#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-degraded", "degraded");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"torus", "torus", 0.12},
                                              {"policy", "policy", 0.2},
                                              {"failed", "failed chips", 0.08},
                                              {"names_kept", "names kept", 0.1},
                                              {"stretch", "hops", 0.1},
                                              {"alltoall_slowdown", "all-to-all", 0.1},
                                              {"bucket_slowdown", "neighbours", 0.1},
                                              {"ring_slowdown", "ring", 0.08},
                                              {"allreduce_slowdown", "all-reduce, flows", 0.12}});
  if (!table) return table;
  table->note =
      "All over the whole torus's: mean hops between names, load of the most loaded link, time of a bucket all-reduce "
      "at "
      "flow level. Medians over draws of the failed chips. Policies without a row have run out of spares.";
  return table;
}

}  // namespace

TableDeclaration degraded() {
  return {.name = "degraded",
          .caption = "What moved names and lost chips cost in hops and in load",
          .wide = true,
          .appendix = true,
          .results = {"net-degraded"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
