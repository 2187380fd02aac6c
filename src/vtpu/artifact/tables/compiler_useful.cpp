#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("compiler-tiers", "useful");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"program", "program"},
                                              {"ops", "ops a cycle"},
                                              {"flop", "FLOP a cycle"},
                                              {"flop_share", "of peak"},
                                              {"bytes", "bytes a cycle"},
                                              {"byte_share", "of peak"},
                                              {"unit", "busiest unit"},
                                              {"busy", "busy"}});
  if (!table) return table;
  table->note =
      "Tier 3, data in the first-level cache. FLOP: additions, multiplications, comparisons, roots and exponentials of "
      "the source, each one; of whole numbers in programs of whole numbers. Bytes: each element read or written once. "
      "Peaks: multiply-adds of 32-bit floats and vector loads at their measured rates. Busy: share of cycles that the "
      "most wanted class of host instruction takes alone.";
  return table;
}

}  // namespace

TableDeclaration compiler_useful() {
  return {.name = "compiler_useful",
          .caption = "Useful work of the compiled programs beside their ops per cycle",
          .wide = true,
          .appendix = true,
          .results = {"compiler-tiers"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
