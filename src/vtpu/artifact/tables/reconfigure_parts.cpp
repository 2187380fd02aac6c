#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-reconfigure", "reconfigure_parts");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"transition", "transition", 0.24},
                                              {"job", "job", 0.1},
                                              {"order", "order", 0.08},
                                              {"drain", "drain", 0.09},
                                              {"report", "report", 0.08},
                                              {"tables", "tables", 0.09},
                                              {"go", "go", 0.08},
                                              {"first", "first packet", 0.09},
                                              {"total_staged", "sum without tables", 0.11}});
  if (!table) return table;
  table->note =
      "Microseconds, without the switches' own time. Order, report, go: to the farthest chip and back. Drain: until no "
      "packet is under way. Tables: changed entries from one chip to all, before the pause or in it.";
  return table;
}

}  // namespace

TableDeclaration reconfigure_parts() {
  return {.name = "reconfigure_parts",
          .caption = "Parts of a reconfiguration under a running job",
          .wide = true,
          .appendix = true,
          .results = {"net-reconfigure"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
