#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> summary = inputs.table("net-topology", "topology_summary");
  if (!summary) return summary.error();
  Result<PrintedTable> table = print(*summary, {{"topology", "topology", 0.20},
                                                {"chips", "chips"},
                                                {"directed_links", "links"},
                                                {"diameter", "diameter"},
                                                {"hops_including_self_search", "hops, self in", 0.09},
                                                {"hops_excluding_self_search", "hops, self out", 0.09},
                                                {"bisection_at_least", "bisection, at least", 0.10},
                                                {"bisection_at_most", "bisection, at most", 0.10},
                                                {"alltoall_bound", "all-to-all bound", 0.10},
                                                {"spectral_gap", "spectral gap", 0.09}});
  if (!table) return table;
  table->note =
      "Hops: average over all pairs of chips, with and without the pairs of a chip with itself. Links are "
      "directed; the bisection counts one direction. Bound: all-to-all throughput of a chip in link bandwidths.";
  return table;
}

}  // namespace

TableDeclaration topology_summary() {
  return {.name = "topology_summary",
          .caption = "Static properties of the topologies, exact",
          .wide = true,
          .appendix = true,
          .results = {"net-topology"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
