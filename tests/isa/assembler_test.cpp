// Does text assemble to the program that it describes, does a program survive a round trip through text, and does every
// error name its place?
#include "vtpu/isa/assembler.h"

#include <gtest/gtest.h>

#include <bit>

#include "samples.h"
#include "vtpu/isa/disassembler.h"

namespace vtpu::isa {
namespace {

using phext::PackedCoordinate;

Program assembled(const std::string& text) {
  const auto program = assemble(text, "a.sasm");
  EXPECT_TRUE(program.ok()) << program.error().message();
  return program.ok() ? *program : Program{};
}

std::string error_of(const std::string& text) {
  const auto program = assemble(text, "a.sasm");
  return program.ok() ? "" : program.error().message();
}

TEST(Assembler, PutsEachOpOfALineIntoTheSlotOfItsMnemonic) {
  const Program program =
      assembled("loop: dadd.i64 r1, r2, #5 | sgather.i64 r3, [p1 + r2*8 + 64] | cpack.i64 m0, 2, r4\n");
  ASSERT_EQ(program.words.size(), 1u);
  const Word& word = program.words[0];
  EXPECT_EQ(word.dense, (Op{Opcode::dadd_i64, 1, 2, 0, 0, 0, Op::kImmediate, 0, 5}));
  EXPECT_EQ(word.sparse, (Op{Opcode::sgather_i64, 3, 0, 1, 2, 3, 0, 64, 0}));
  EXPECT_EQ(word.coord, (Op{Opcode::cpack_i64, 0, 4, 0, 0, 2, 0, 0, 0}));
  EXPECT_EQ(program.labels.at(0), "loop");
  EXPECT_EQ(assembled("cpack.i64 m0,2,r4|sgather.i64 r3,[p1+r2*8+64]|dadd.i64 r1,r2,#0x5 ; as above").words,
            program.words);
}

TEST(Assembler, IgnoresEmptyLinesCommentsAndEmptySlots) {
  const Program program = assembled("; nothing\n\nstart:\n  nop\n  nop | | dhalt\r\n\tdbr start");
  ASSERT_EQ(program.words.size(), 3u);
  EXPECT_EQ(program.words[0], Word{});
  EXPECT_EQ(program.words[1].dense.opcode, Opcode::dhalt);
  EXPECT_EQ(program.words[2].dense.imm, 0);
}

TEST(Assembler, ReadsNumbersInAllForms) {
  const auto imm = [](const std::string& text) { return assembled("dmov.i64 r1, " + text).words.at(0).dense.imm; };
  EXPECT_EQ(imm("#-3"), -3);
  EXPECT_EQ(imm("#0xffffffffffffffff"), -1);
  EXPECT_EQ(imm("#18446744073709551615"), -1);
  EXPECT_EQ(imm("#-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(imm("#1.5f64"), std::bit_cast<std::int64_t>(1.5));
  EXPECT_EQ(imm("#-1e-3f64"), std::bit_cast<std::int64_t>(-1e-3));
  EXPECT_EQ(imm("#2.5f32"), std::bit_cast<std::int32_t>(2.5f));
  EXPECT_EQ(imm("#0x1f32"), 0x1f32);
}

TEST(Assembler, ReadsAddressesCellsAndAllocations) {
  const auto op = [](const std::string& text) { return assembled(text).words.at(0).sparse; };
  EXPECT_EQ(op("sgather.i8 r1, [p7]").c, kNoRegister);
  EXPECT_EQ(op("sgather.i8 r1, [p7 - 2147483648]").disp, INT32_MIN);
  EXPECT_EQ(op("sgather.i8 r1, [p7 + 0x10]").disp, 16);
  EXPECT_EQ(op("sgather.i8 r1, [p7 + r3]").c, 3);
  EXPECT_EQ(op("sgather.x16 v1, [p7 + v3*4 - 4]").disp, -4);
  EXPECT_EQ(op("sgatherc.i64 r1, [p7 @ library r3]").mode, 0);
  EXPECT_EQ(op("sgatherc.i64 r1, [p7 @ column]").mode, 10);
  const Op allocation = op("salloc r1, p0, p1, column+library, cell=64, layout=hilbert");
  EXPECT_EQ(allocation.imm, 1 | 1 << 10);
  EXPECT_EQ(allocation.mode, 2 + 4 * 6);
  EXPECT_EQ(op("salloc r1, p0, p1, none, cell=1, layout=sparse").imm, 0);
}

TEST(Assembler, ReadsPoolsAndRefersToThemByNameOrNumberBeforeOrAfter) {
  const Program program = assembled(
      "dmov.const v1, b\ndmov.const v1, 0\ndmov.coord p0, far\n"
      ".const a = f32 1.0, -2.0\n.const b = hex 00ff 01\n.const c = i64 -1\n.const d = i32 4294967295, -1\n.const e = "
      "f64 1e300\n"
      ".coord home = 1.1.1/1.1.1/1.1.1\n.coord far = 1.2.3/4.5.6/7.8.9/10.11\n.coord odd = raw 0xFF\n");
  EXPECT_EQ(program.words[0].dense.imm, 1);
  EXPECT_EQ(program.words[1].dense.imm, 0);
  EXPECT_EQ(program.words[2].dense.imm, 1);
  ASSERT_EQ(program.constants.size(), 5u);
  EXPECT_EQ(program.constants[0][7], std::byte{0xc0});
  EXPECT_EQ(program.constants[1][1], std::byte{0xff});
  EXPECT_EQ(program.constants[1][3], std::byte{0});
  EXPECT_EQ(program.constants[2][7], std::byte{0xff});
  EXPECT_EQ(program.constants[3][7], std::byte{0xff});
  EXPECT_EQ(program.coordinates[1], *PackedCoordinate::parse("1.2.3/4.5.6/7.8.9/10.11"));
  EXPECT_TRUE(program.coordinates[2].bits() == 0xff);
}

TEST(Assembler, NamesFileLineColumnAndWhatIsExpected) {
  const std::pair<std::string, std::string> cases[] = {
      {"dhalt\n  dad.i64 r1, r2, r3", "a.sasm:2:3: found 'dad.i64'; did you mean 'dadd.i64'?; expected a mnemonic"},
      {"dmov.i64 r16, #1", "a.sasm:1:10: found 'r16'; expected a register, r0 to r15"},
      {"dmov.i64 v1, #1", "a.sasm:1:10: found 'v1'; expected a register, r0 to r15"},
      {"dmov.i64 r1, x", "a.sasm:1:14: found 'x'; expected a register, r0 to r15, or # and a number"},
      {"dmov.i64 r1", "a.sasm:1:12: the line ends; expected ','"},
      {"dmov.i64 r1, #1z", "a.sasm:1:15: found '1z'; expected a 64-bit number, such as 5, -3, 0x1f, 1.5f64 or 1.5f32"},
      {"dmov.i64 r1, #1, r2",
       "a.sasm:1:16: found ','; expected '|' or the end of the line, since dmov.i64 takes 2 operands"},
      {"dmov.i64 r1, #1 r2", "a.sasm:1:17: found 'r2'; expected '|', or the end of the line"},
      {"dhalt | dhalt", "a.sasm:1:9: dhalt beside dhalt, both of slot D; expected one op per slot"},
      {"sgather.i64 r1, [p1 + r2*3]", "a.sasm:1:26: found '3'; expected a scale of 1, 2, 4 or 8"},
      {"sgather.i64 r1, [p8]", "a.sasm:1:18: found 'p8'; expected a register, p0 to p7"},
      {"sgather.i64 r1, [p1", "a.sasm:1:20: the line ends; expected ']'"},
      {"sgather.i64 r1, [p1 + 2147483648]",
       "a.sasm:1:21: found no displacement; expected + or - and a number below 2^31, such as + 64"},
      {"sgather.x16 v1, [p1]", "a.sasm:1:20: found ']'; expected '+' and an index, such as + v2*4"},
      {"dcmp.i64 r1, equal, r2, r3", "a.sasm:1:14: found 'equal'; expected one of eq ne lt le gt ge"},
      {"cpack.i64 m0, 4, r1", "a.sasm:1:15: found '4'; expected a number from 0 to 3"},
      {"salloc r1, p0, p1, column, cell=3, layout=morton", "a.sasm:1:33: found '3'; expected one of 1 2 4 8 16 32 64"},
      {"dbr lop\nloop: dhalt", "a.sasm:1:5: found 'lop'; did you mean 'loop'?; expected a label of this file"},
      {"dbr 1", "a.sasm:1:5: label '1' of 1; expected 0 to 0"},
      {"end: dbr end\nend:", "a.sasm:2:1: the label 'end' occurs twice; expected a unique name"},
      {"dbr end\nend:", "a.sasm:1:5: label 'end' of 1; expected 0 to 0"},
      {"dmov.coord p0, home", "a.sasm:1:16: found 'home'; expected a coordinate of this file"},
      {".const a = f32 x", "a.sasm:1:16: found 'x'; expected a binary32 number"},
      {".const a = f64 1,2,3,4,5,6,7,8,9", "a.sasm:1:32: more than 64 bytes; expected at most 64 bytes"},
      {".const a = hex 0", "a.sasm:1:16: found '0'; expected two hexadecimal digits per byte"},
      {".cons a = i32 1", "a.sasm:1:1: found '.cons'; did you mean '.const'?; expected .const or .coord"},
      {".coord a = raw 12", "a.sasm:1:16: found '12'; expected 0x and up to 32 hexadecimal digits"},
      {"1x: dhalt", "a.sasm:1:1: found '1x'; expected a label that begins with a letter or _"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(error_of(text), message) << text;
  EXPECT_TRUE(error_of(".coord a = 1.1.1/1.1.1/1.1").starts_with("a.sasm:1:12: coordinate '1.1.1/1.1.1/1.1': column"));
}

TEST(Disassembler, WritesEachOpcodeAsTextThatAssemblesToAnEqualProgram) {
  const Program program = samples::every_opcode();
  ASSERT_TRUE(validate(program).empty()) << validate(program).front().message();
  const auto again = assemble(disassemble(program), "again");
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_TRUE(samples::same(*again, program));
  for (std::size_t i = 0; i < program.words.size(); ++i)
    EXPECT_EQ(again->words[i], program.words[i]) << text_of(program.words[i]);
}

TEST(Disassembler, WritesRandomProgramsAsTextThatAssemblesToEqualPrograms) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Program program = random_program({.seed = seed, .words = 40});
    const std::string text = disassemble(program);
    const auto again = assemble(text, "again");
    ASSERT_TRUE(again.ok()) << again.error().message();
    ASSERT_TRUE(samples::same(*again, program)) << "seed " << seed;
    EXPECT_EQ(disassemble(*again), text);
  }
}

TEST(Disassembler, KeepsLabelsAndGeneratesDistinctOnes) {
  Program program = assembled("L2: dbr two\nnop\ntwo: dhalt\nthree: dbr L2\n");
  EXPECT_EQ(disassemble(program), "L2:\n  dbr two\n  nop\ntwo:\n  dhalt\nthree:\n  dbr L2\n");
  program.labels = {{0, "L2"}, {1, "not a name"}, {3, "L2"}};
  EXPECT_EQ(disassemble(program), "L2:\n  dbr L2_\n  nop\nL2_:\n  dhalt\n  dbr L2\n");
}

TEST(Disassembler, KeepsCoordinatesThatHaveNoElevenPartText) {
  Program program = samples::around({});
  program.coordinates = {PackedCoordinate(), PackedCoordinate::from_bits(~static_cast<PackedCoordinate::Bits>(0)),
                         PackedCoordinate::parse("1.2.3/4.5.6/7.8.9/2047.1")->with_flags(5),
                         *PackedCoordinate::parse("1.2.3/4.5.6/7.8.9/2047.1")};
  EXPECT_TRUE(samples::same(assembled(disassemble(program)), program));
  EXPECT_NE(disassemble(program).find(".coord at3 = 1.2.3/4.5.6/7.8.9/2047.1\n"), std::string::npos);
}

TEST(Disassembler, WritesOneWordWithoutItsProgram) {
  EXPECT_EQ(text_of(Word{}), "nop");
  EXPECT_EQ(text_of(assembled("a: dloop r3, a | cbar").words[0]), "dloop r3, 0 | cbar");
}

}  // namespace
}  // namespace vtpu::isa
