#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("core-ops-per-cycle", "ordinary_levels");
  if (!found) return found.error();
  Result<PrintedTable> table =
      print(*found, {{"loop", "loop"}, {"o0", "-O0"}, {"o2", "-O2"}, {"o3_native", "-O3 -march=native"}});
  if (!table) return table;
  table->note =
      "Every operation of the source text on data counts as one op, however many a vector instruction does at once.";
  return table;
}

}  // namespace

TableDeclaration ordinary_levels() {
  return {.name = "ordinary_levels",
          .caption = "Ops per cycle of ten ordinary loops by level of optimisation",
          .wide = false,
          .appendix = true,
          .results = {"core-ops-per-cycle"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
