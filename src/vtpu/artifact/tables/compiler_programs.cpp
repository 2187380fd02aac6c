#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("compiler-tiers", "programs");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"program", "program"},
                                              {"tier0", "tier 0"},
                                              {"tier1", "1"},
                                              {"tier2", "2"},
                                              {"tier3_list", "3, list"},
                                              {"tier3", "3"},
                                              {"low", "low"},
                                              {"high", "high"},
                                              {"hand", "by hand"},
                                              {"bound", "bound"},
                                              {"share", "share"},
                                              {"limit", "limit"}});
  if (!table) return table;
  table->note =
      "Median and 95 % interval at tier 3, data in the first-level cache. 3, list: tier 3 with list in place of modulo "
      "scheduling. Bound: independent host instructions of the mix of each innermost loop, or its recurrence, as often "
      "as it runs, and none where the runtime sets the pace; limit: what binds the longest by the port model. Fewer "
      "ops for the same work lower the count "
      "without being slower: see the useful work.";
  return table;
}

}  // namespace

TableDeclaration compiler_programs() {
  return {.name = "compiler_programs",
          .caption = "Ops per measured core cycle of the compiled programs, by tier",
          .wide = true,
          .appendix = true,
          .results = {"compiler-tiers"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
