#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("learned-packets", "learned_packets");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"slice", "slice", 0.12},
                                              {"vc_classes", "VC classes", 0.09},
                                              {"fluid_free", "fluid, all paths", 0.11},
                                              {"fluid_free_bound", "its dual bound", 0.11},
                                              {"fluid", "fluid, deadlock-free", 0.12},
                                              {"packet", "packets", 0.1},
                                              {"packet_share", "packets / fluid", 0.1},
                                              {"gain_torus_packet", "over torus", 0.1},
                                              {"gain_twisted_packet", "over twisted", 0.1}});
  if (!table) return table;
  table->note =
      "Injection a chip in link bandwidths. Gains: packets over packets on the torus of the same shape, regular and "
      "twisted.";
  return table;
}

}  // namespace

TableDeclaration learned_packets() {
  return {.name = "learned_packets",
          .caption = "Uniform all-to-all on learned OCS states: fluid optimum, deadlock-free ways, packets",
          .wide = true,
          .appendix = true,
          .results = {"learned-packets"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
