#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("learned-topology", "learned_gain");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"workload", "workload", 0.16},
                                              {"chips", "chips", 0.07},
                                              {"torus", "torus", 0.09},
                                              {"regular", "regular, by hand", 0.1},
                                              {"gradient", "gradient", 0.1},
                                              {"refined", "and swaps", 0.1},
                                              {"tied", "tied", 0.08},
                                              {"state", "with state", 0.09},
                                              {"learned", "best", 0.08},
                                              {"random", "random", 0.09}});
  if (!table) return table;
  table->note =
      "Cost of a step by hand on the torus named (twisted where its shape can be) over that learned. Regular: by hand "
      "on "
      "the regular torus. Random: coordinates that were not trained.";
  return table;
}

}  // namespace

TableDeclaration learned_placement() {
  return {.name = "learned_placement",
          .caption = "What learned placements and switch states gain over the hand-made torus",
          .wide = true,
          .appendix = true,
          .results = {"learned-topology"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
