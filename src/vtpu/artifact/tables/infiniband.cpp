#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-infiniband", "infiniband");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"chips", "chips"},
                                              {"torus", "torus"},
                                              {"allreduce_ici", "all-reduce, torus (ms)", 0.11},
                                              {"allreduce_ib", "islands (ms)", 0.1},
                                              {"allreduce_slowdown", "slowdown", 0.09},
                                              {"alltoall_ici", "all-to-all, torus (GB/s)", 0.12},
                                              {"alltoall_ib", "islands (GB/s)", 0.1},
                                              {"alltoall_slowdown", "slowdown", 0.09},
                                              {"alltoall_slowdown_twisted", "over twisted torus", 0.1}});
  if (!table) return table;
  table->note =
      "All-reduce of 1 GiB; all-to-all bytes a chip, own share included. Assumptions about the islands stand in the "
      "text.";
  return table;
}

}  // namespace

TableDeclaration infiniband() {
  return {.name = "infiniband",
          .caption = "Collectives on a torus and on islands of eight chips joined by InfiniBand",
          .wide = true,
          .appendix = true,
          .results = {"net-infiniband"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
