#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-goodput", "scheduling");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"largest", "largest job (chips)", 0.1},
                                              {"host_availability", "hosts up (%)", 0.08},
                                              {"up", "blocks up", 0.1},
                                              {"switched_goodput", "goodput, switched", 0.1},
                                              {"fixed_goodput", "goodput, fixed", 0.1},
                                              {"switched_wait", "wait, switched (h)", 0.1},
                                              {"fixed_wait", "wait, fixed (h)", 0.1},
                                              {"switched_wait_first_fit", "first fit, switched (h)", 0.11},
                                              {"fixed_wait_first_fit", "first fit, fixed (h)", 0.11}});
  if (!table) return table;
  table->note =
      "Goodput with jobs always waiting, oldest first. Waits with half of the machine's hours of work arriving; grows: "
      "the queue never ends. First fit: the oldest job that fits starts.";
  return table;
}

}  // namespace

TableDeclaration scheduling() {
  return {.name = "scheduling",
          .caption = "Jobs of the published mix of slices on switched and on fixed blocks",
          .wide = true,
          .appendix = true,
          .results = {"net-goodput"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
