#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("learned-states", "learned_states");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"slice", "slice", 0.12},
                                              {"mean", "mean hops", 0.08},
                                              {"diameter", "diameter", 0.08},
                                              {"torus", "torus", 0.08},
                                              {"twisted", "twisted", 0.08},
                                              {"learned", "learned", 0.08},
                                              {"dual_bound", "dual bound", 0.08},
                                              {"limit", "no state exceeds", 0.09},
                                              {"racks_torus", "racks, torus", 0.08},
                                              {"racks_learned", "racks, learned", 0.08},
                                              {"switches_kept", "switches as in the torus", 0.1}});
  if (!table) return table;
  table->note =
      "Mean hops include self. Torus to dual bound: injection a chip in link bandwidths, uniform all-to-all over all "
      "paths. Racks: mean distance of joined blocks along and across rows of racks; through the switches all are "
      "alike.";
  return table;
}

}  // namespace

TableDeclaration learned_states() {
  return {.name = "learned_states",
          .caption = "Learned states of the switches under uniform all-to-all",
          .wide = true,
          .appendix = true,
          .results = {"learned-states"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
