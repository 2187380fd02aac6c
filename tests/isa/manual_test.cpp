// Does the manual have every opcode and every kind of operand?
#include "vtpu/isa/manual.h"

#include <gtest/gtest.h>

#include "vtpu/isa/opcode.h"

namespace vtpu::isa {
namespace {

TEST(Manual, HasARowForEachOpcodeInTheOrderOfTheirNumbers) {
  const auto rows = manual_rows();
  ASSERT_EQ(rows.size() + 1, all_opcodes().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].number, i + 1);
    EXPECT_EQ(rows[i].mnemonic, all_opcodes()[i + 1].mnemonic);
    EXPECT_EQ(rows[i].summary, all_opcodes()[i + 1].summary);
  }
  EXPECT_EQ(rows[1].operands, "rd, ra, rb|#n");
}

TEST(Manual, ListsAllOpcodesInBothForms) {
  const std::string markdown = manual_markdown(), html = manual_html();
  for (const OpcodeInfo& opcode : all_opcodes().subspan(1)) {
    EXPECT_NE(html.find("<td>" + std::string(opcode.mnemonic) + "</td>"), std::string::npos) << opcode.mnemonic;
    EXPECT_NE(markdown.find("| " + std::string(opcode.mnemonic) + " |"), std::string::npos) << opcode.mnemonic;
    for (const Kind kind : opcode.kinds()) EXPECT_NE(html.find(std::string(info(kind).help)), std::string::npos);
  }
}

TEST(Manual, EscapesMarkupCharacters) {
  EXPECT_NE(manual_html().find("rd = ra if ra &lt; rb, else rb"), std::string::npos);
  EXPECT_NE(manual_markdown().find("rb\\|\\#n"), std::string::npos);
}

}  // namespace
}  // namespace vtpu::isa
