#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-goodput", "goodput");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"chips", "chips", 0.08},
                                              {"box", "box of blocks", 0.1},
                                              {"host_availability", "hosts up (%)", 0.08},
                                              {"switched_assured", "switched, assured", 0.1},
                                              {"switched_expected", "switched, expected", 0.1},
                                              {"spares_expected", "with spares", 0.1},
                                              {"fixed_assured", "fixed, assured", 0.1},
                                              {"fixed_expected", "fixed, expected", 0.1},
                                              {"anywhere_expected", "fixed, anywhere", 0.1},
                                              {"quoted", "published", 0.1}});
  if (!table) return table;
  table->note =
      "Part of all blocks that run slices of the size. Assured: the number of slices that is there at least 95 % of "
      "the time. Expected: on average. Anywhere: boxes at any place and turned any way, sampled, on average.";
  return table;
}

}  // namespace

TableDeclaration goodput() {
  return {.name = "goodput",
          .caption = "Goodput by slice size and host availability, with switches and with fixed cables",
          .wide = true,
          .appendix = true,
          .results = {"net-goodput"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
