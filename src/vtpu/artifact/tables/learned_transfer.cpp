#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("learned-topology", "learned_transfer");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"learned_for", "learned for", 0.22},
                                              {"used_for", "used for", 0.22},
                                              {"gain", "state and placement", 0.22},
                                              {"gain_by_hand", "state, ranks by hand", 0.22}});
  if (!table) return table;
  table->note = "Cost of a step by hand on the twisted torus over that on what was learned for another workload.";
  return table;
}

}  // namespace

TableDeclaration learned_transfer() {
  return {.name = "learned_transfer",
          .caption = "What is learned for one workload, used for another",
          .wide = true,
          .appendix = true,
          .results = {"learned-topology"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
