#include "vtpu/artifact/tables/all.h"
#include "vtpu/isa/manual.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs&) {
  PrintedTable table{{{"op", false, 0.24}, {"slot"}, {"operands", false, 0.22}, {"what it does", false, 0.4}}, {}, ""};
  for (const isa::ManualRow& row : isa::manual_rows())
    table.rows.push_back({std::string(row.mnemonic), std::string(row.slot), row.operands, std::string(row.summary)});
  table.note =
      "From the table that assembler, validator, both engines and the HTML manual (results/html/manual.html) are made "
      "of; that page also explains operands, words and containers.";
  return table;
}

}  // namespace

TableDeclaration instruction_set() {
  return {.name = "instruction_set",
          .caption = "The instruction set of the vTPU",
          .wide = true,
          .appendix = true,
          .build = build};
}

}  // namespace vtpu::artifact::tables
