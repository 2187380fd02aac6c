#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("compiler-speed", "compile_tiers");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"tier", "tier"},
                                              {"words", "words"},
                                              {"speed", "words/s"},
                                              {"front", "front end"},
                                              {"passes", "passes"},
                                              {"back", "back end"},
                                              {"native", "host code"}});
  if (!table) return table;
  table->note =
      "All programs together. Parts in ns a word of the output; host code: validation and compilation of the words by "
      "the native engine, which is not in the speed.";
  return table;
}

}  // namespace

TableDeclaration compile_speed() {
  return {.name = "compile_speed",
          .caption = "Speed of the compiler by tier, and where its time goes",
          .wide = false,
          .appendix = true,
          .results = {"compiler-speed"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
