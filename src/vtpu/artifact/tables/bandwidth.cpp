#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("mem-bandwidth", "bandwidth");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"kernel", "kernel"},
                                              {"vtpu", "vTPU program GB/s"},
                                              {"ordinary", "ordinary GB/s"},
                                              {"share", "share"},
                                              {"low", "low"},
                                              {"high", "high"}});
  if (!table) return table;
  table->note =
      "Bytes counted as STREAM does. Triad and copy against the STREAM kernels, read against the widest plain read; "
      "chase: dependent loads one at a time, the control.";
  return table;
}

}  // namespace

TableDeclaration bandwidth() {
  return {.name = "bandwidth",
          .caption = "Memory bandwidth of vTPU programs against ordinary code, one thread",
          .wide = false,
          .appendix = true,
          .results = {"mem-bandwidth"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
