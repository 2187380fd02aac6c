#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-alltoall", "alltoall");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"slice", "slice"},
                                              {"bound_regular", "bound, regular", 0.09},
                                              {"packet_regular", "packets, regular", 0.09},
                                              {"bound_twisted", "bound, twisted", 0.09},
                                              {"packet_twisted", "packets, twisted", 0.09},
                                              {"gain_bound", "gain, bound", 0.08},
                                              {"gain_packet", "gain, packets", 0.08},
                                              {"quoted_gain_ideal", "gain, derived before", 0.1},
                                              {"quoted_gain_measured", "gain, published", 0.1}});
  if (!table) return table;
  table->note =
      "Throughput a chip in link bandwidths, own share included. Bound: most loaded link under the routing used, which "
      "the flow level meets exactly. Packets: median of several seeds. Published: measured on hardware (TPU v4 paper, "
      "Section 2.8).";
  return table;
}

}  // namespace

TableDeclaration alltoall() {
  return {.name = "alltoall",
          .caption = "Uniform all-to-all on regular and twisted tori, and the gain by twisting",
          .wide = true,
          .appendix = true,

          .results = {"net-alltoall"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
