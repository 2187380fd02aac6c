#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> pairs = inputs.table("net-topology", "twisted_against_regular");
  if (!pairs) return pairs.error();
  Result<PrintedTable> table = print(*pairs, {{"shape", "slice"},
                                              {"lattice", "lattice"},
                                              {"diameter_regular", "diameter, regular", 0.09},
                                              {"diameter_twisted", "diameter, twisted", 0.09},
                                              {"hops_excluding_self_regular", "hops, regular", 0.09},
                                              {"hops_excluding_self_twisted", "hops, twisted", 0.09},
                                              {"gain", "gain, ours", 0.09},
                                              {"quoted_ideal_gain", "gain, derived before", 0.10},
                                              {"quoted_measured_gain", "gain, published", 0.10}});
  if (!table) return table;
  table->note =
      "Gain in all-to-all throughput of the twisted over the regular torus. Ours and derived before: bound of "
      "minimal paths spread evenly. Published: measured on hardware (TPU v4 paper, Section 2.8); it lies below "
      "the bound, as it should.";
  return table;
}

}  // namespace

TableDeclaration twisted_gains() {
  return {.name = "twisted_gains",
          .caption = "Gain of twisting a torus: bound and published measurement",
          .wide = true,
          .results = {"net-topology"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
