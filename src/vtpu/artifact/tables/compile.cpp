#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("core-compile", "compile");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"words", "words"},
                                              {"compile", "compile ns/word"},
                                              {"low", "low"},
                                              {"high", "high"},
                                              {"validate", "validate ns/word"},
                                              {"run", "native ns/round"},
                                              {"interpret", "interpreter ns/round"},
                                              {"break_even", "break-even rounds"}});
  if (!table) return table;
  table->note =
      "Compile: from a validated program to executable memory and its release. Break-even: rounds of the loop after "
      "which compiling has cost less than interpreting.";
  return table;
}

}  // namespace

TableDeclaration compile() {
  return {.name = "compile",
          .caption = "Cost of compiling a loop of the balanced mix, and when it has paid",
          .wide = false,
          .appendix = true,
          .results = {"core-compile"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
