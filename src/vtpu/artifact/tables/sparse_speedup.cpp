#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("sparse-speedup", "speedup");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"table", "table"},
                                              {"one_in", "rows used: one in", 0.09},
                                              {"vtpu", "vTPU (us)", 0.09},
                                              {"speedup", "speed-up"},
                                              {"low", "low"},
                                              {"high", "high"},
                                              {"speedup_naive", "over the plain loop", 0.1},
                                              {"speedup_gemm", "over sixteen at once", 0.1},
                                              {"plain_speedup", "plain loop over ids", 0.1},
                                              {"skip_speedup", "dense loop that skips zeros", 0.12}});
  if (!table) return table;
  table->note =
      "The sum of the rows that are used, rows of 512 B. Speed-up: time of the dense product (OpenBLAS, sgemv over all "
      "rows) over that of the vTPU program, with its 95 % interval; then over the plain dense loop and over sgemm with "
      "sixteen vectors, time a vector. Last two columns: what other ways to leave out zeros gain over sgemv. cached: a "
      "quarter of the "
      "last cache; million: 2^20 rows, 512 MiB.";
  return table;
}

}  // namespace

TableDeclaration sparse_speedup() {
  return {.name = "sparse_speedup",
          .caption = "Sparse lookup against the dense product, by the share of rows used",
          .wide = true,
          .appendix = true,
          .results = {"sparse-speedup"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
