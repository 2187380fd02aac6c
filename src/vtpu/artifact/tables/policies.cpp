#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-faults", "policies");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"policy", "policy", 0.22},
                                              {"repair", "repair", 0.14},
                                              {"availability", "up", 0.12},
                                              {"useful", "useful", 0.12},
                                              {"outages_per_day", "outages a day", 0.13},
                                              {"waited_share", "waited", 0.12},
                                              {"exhausted", "lives exhausted", 0.15}});
  if (!table) return table;
  table->note =
      "Machines, cables and switches fail at the published rates. Up: part of the time in which all names have a chip. "
      "Useful: the same without work that is done again after a restart. Waited: part of the outages that had to wait "
      "for a repair.";
  return table;
}

}  // namespace

TableDeclaration policies() {
  return {.name = "policies",
          .caption = "Four policies at the published rates of failure",
          .wide = true,
          .appendix = true,
          .results = {"net-faults"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
