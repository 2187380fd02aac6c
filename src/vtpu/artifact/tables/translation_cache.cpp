#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("mem-ppt", "translation_cache");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"group", "group"},
                                              {"pattern", "pattern"},
                                              {"cells", "cells"},
                                              {"hits", "hits"},
                                              {"misses", "misses"},
                                              {"evictions", "evictions"},
                                              {"rate", "hit rate"}});
  if (!table) return table;
  table->note =
      "Each access by coordinate is one hit or one miss. A translation covers up to 64 columns; the cache holds 1024.";
  return table;
}

}  // namespace

TableDeclaration translation_cache() {
  return {.name = "translation_cache",
          .caption = "Exact counts of the translation cache, by pattern of access",
          .wide = false,
          .appendix = true,
          .results = {"mem-ppt"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
