#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-reconfigure", "reconfigure_entries");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"transition", "transition", 0.24},
                                              {"source", "Source Coord", 0.12},
                                              {"destination", "Dest Coord", 0.13},
                                              {"next_before", "Next Hop before", 0.13},
                                              {"hops_before", "Hops", 0.06},
                                              {"next_after", "Next Hop after", 0.13},
                                              {"hops_after", "Hops", 0.06},
                                              {"bandwidth_after", "Bandwidth", 0.1}});
  if (!table) return table;
  table->note =
      "Some entries of the first chip's table that change. Bandwidth in GB/s, of the narrowest link on the way; it is "
      "the "
      "same before and after. Chips bear their addresses in the slice's box.";
  return table;
}

}  // namespace

TableDeclaration reconfigure_entries() {
  return {.name = "reconfigure_entries",
          .caption = "Entries of a routing table before and after a reconfiguration",
          .wide = true,
          .appendix = true,
          .results = {"net-reconfigure"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
