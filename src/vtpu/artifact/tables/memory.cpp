#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> footprints = inputs.table("host", "footprints");
  if (!footprints) return footprints.error();
  Result<PrintedTable> table = print(*footprints, {{"level", "level"},
                                                   {"size", "bytes"},
                                                   {"sequential", "sequential"},
                                                   {"dependent", "random, dependent"},
                                                   {"independent", "random, independent"},
                                                   {"dependent_over_sequential", "ratio"}});
  if (!table) return table;
  table->columns[3].width = table->columns[4].width = 0.18;
  table->note =
      "Median cycles per 8-byte element. Dependent: each load gives the next place. Independent: places computed "
      "from a counter. Ratio: dependent over sequential.";
  return table;
}

}  // namespace

TableDeclaration memory() {
  return {.name = "memory",
          .caption = "Sequential and random access by the level of the memory hierarchy that holds the data",
          .results = {"host"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
