#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("learned-twist", "learned_twist");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"slice", "slice", 0.12},
                                              {"family", "family", 0.08},
                                              {"best_restarts", "restarts at the best", 0.1},
                                              {"mean_regular", "hops, regular", 0.1},
                                              {"mean_twisted", "hops, twisted", 0.1},
                                              {"mean_found", "hops, found", 0.1},
                                              {"throughput_twisted", "rate, twisted", 0.1},
                                              {"throughput_found", "rate, found", 0.1},
                                              {"same", "the twisted torus", 0.1}});
  if (!table) return table;
  table->note = "Alike: one translation for all switches of a dimension. Free: each switch its own. Hops include self.";
  return table;
}

}  // namespace

TableDeclaration learned_twist() {
  return {.name = "learned_twist",
          .caption = "What a search that starts at the regular torus finds",
          .wide = true,
          .appendix = true,
          .results = {"learned-twist"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
