#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("compiler-tiers", "loops");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"program", "program"},
                                              {"loop", "loop"},
                                              {"line", "line"},
                                              {"ii", "II"},
                                              {"res_mii", "ResMII"},
                                              {"rec_mii", "RecMII"},
                                              {"stages", "stages"},
                                              {"copies", "copies"},
                                              {"slot_use", "slots filled"},
                                              {"bound", "port cycles"},
                                              {"recurrence", "recurrence cycles"},
                                              {"reason", "not pipelined since", 0.2}});
  if (!table) return table;
  table->note =
      "Innermost loops at tier 3, pipelined wherever that can be done (the compiler itself leaves short ones alone). "
      "II: words an iteration; ResMII: the fullest slot; RecMII: recurrences in words. Port "
      "and recurrence cycles of an iteration by the compiler's machine model. Computed; the same on every host.";
  return table;
}

}  // namespace

TableDeclaration compiler_loops() {
  return {.name = "compiler_loops",
          .caption = "Innermost loops of the compiled programs and their initiation intervals",
          .wide = true,
          .appendix = true,
          .results = {"compiler-tiers"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
