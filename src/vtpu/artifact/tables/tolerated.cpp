#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-faults", "tolerated");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"job_chips", "chips of the job", 0.2},
                                              {"remap", "chip by chip", 0.2},
                                              {"remap_no_spares", "without spares", 0.2},
                                              {"blocks", "whole blocks", 0.2},
                                              {"fixed", "fixed places", 0.2}});
  if (!table) return table;
  table->note =
      "Chips that may fail at random, for good, before the job has no place: mean over all orders of failure, as a "
      "fraction of the active chips; exact. Fixed places: one of the slices that tile the machine has to be whole.";
  return table;
}

}  // namespace

TableDeclaration tolerated() {
  return {.name = "tolerated",
          .caption = "Failed chips that a job bears, by its size and by what may take a chip's place",
          .wide = true,
          .appendix = true,
          .results = {"net-faults"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
