#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("net-reconfigure", "reconfigure_writes");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"entries", "entries", 0.12},
                                              {"way", "way", 0.2},
                                              {"entry", "ns an entry", 0.14},
                                              {"entry_low", "low", 0.12},
                                              {"entry_high", "high", 0.12},
                                              {"table", "ms a table", 0.14}});
  if (!table) return table;
  table->note =
      "whole, changed: one update, all entries or a list of every second one. single: an update and a swap for each "
      "entry. cold: table and input flushed from the caches. random_cold: an entry of a flushed line each, in random "
      "order. search: the chip finds its table in the network first. kernel: a message through a socket for each "
      "entry.";
  return table;
}

}  // namespace

TableDeclaration reconfigure_writes() {
  return {.name = "reconfigure_writes",
          .caption = "Writing a table of next hops on this host",
          .wide = true,
          .appendix = true,
          .results = {"net-reconfigure"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
