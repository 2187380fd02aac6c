#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-routing", "routes");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"source", "source coord"},
                                              {"destination", "dest coord"},
                                              {"next_hop", "next hop"},
                                              {"hops", "hops"},
                                              {"bandwidth", "bandwidth (GB/s)", 0.13},
                                              {"quoted_hops", "hops, as stated", 0.1},
                                              {"quoted_bandwidth", "bandwidth, as stated", 0.13}});
  if (!table) return table;
  table->note =
      "Ties go in the positive direction. Bandwidth: of the narrowest link on the way, since packets cut through; the "
      "stated figures divide by the hops.";
  return table;
}

}  // namespace

TableDeclaration routes() {
  return {
      .name = "routes",
      .caption =
          "The three example routes of the sources in their own format, and as dimension order takes them on the cube",
      .wide = true,
      .appendix = true,
      .results = {"net-routing"},
      .build = build};
}

}  // namespace vtpu::artifact::tables
