#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("mem-s-pipe", "l1_hit_rate");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"stream", "stream"},
                                              {"accesses", "accesses to lines"},
                                              {"rate_32k8", "32 KiB, 8 ways"},
                                              {"rate_48k12", "48 KiB, 12 ways"}});
  if (!table) return table;
  table->note =
      "Simulated by an exact cache model on the addresses of the interpreter, least recently used line replaced, no "
      "prefetching. Not measured: the host grants no hardware counters.";
  return table;
}

}  // namespace

TableDeclaration l1_hit_rate() {
  return {.name = "l1_hit_rate",
          .caption = "Simulated first-level hit rates of the S slots",
          .wide = false,
          .appendix = true,
          .results = {"mem-s-pipe"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
