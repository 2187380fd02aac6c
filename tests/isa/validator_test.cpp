// Does the validator reject every invalid program, and name word and slot of each fault?
#include "vtpu/isa/validator.h"

#include <gtest/gtest.h>

#include <functional>

#include "samples.h"

namespace vtpu::isa {
namespace {

using samples::around;
using samples::op_of;
using samples::word_of;

/// The messages for a program of an empty word, the word, and dhalt.
std::string fault_of(const Word& word) {
  const auto faults = validate(around({Word{}, word}));
  EXPECT_LE(faults.size(), 1u);
  return faults.empty() ? "" : faults.front().message();
}
std::string fault_of(Opcode opcode, const std::function<void(Op&)>& change) {
  Op op = op_of(opcode, true);
  change(op);
  return fault_of(word_of(op));
}

TEST(Validator, AcceptsEachOpcodeInAllItsForms) {
  for (const Fault& fault : validate(samples::every_opcode())) ADD_FAILURE() << fault.message();
}

TEST(Validator, RejectsAnOpcodeThatIsNotDefined) {
  Word word;
  word.sparse.opcode = static_cast<Opcode>(255);
  EXPECT_TRUE(fault_of(word).starts_with("word 1, slot S: opcode 255 is not defined; expected 0 to "));
}

TEST(Validator, RejectsAnOpcodeInAnotherSlot) {
  Word word;
  word.coord = op_of(Opcode::dmov_v, true);
  EXPECT_EQ(fault_of(word), "word 1, slot C: dmov.v is in slot C; expected slot D");
}

TEST(Validator, RejectsRegistersOutsideTheirFile) {
  EXPECT_EQ(fault_of(Opcode::dmov_v, [](Op& op) { op.a = 16; }),
            "word 1, slot D: dmov.v names register v16; expected v0 to v15");
  EXPECT_EQ(fault_of(Opcode::cunpack_v, [](Op& op) { op.a = 4; }),
            "word 1, slot C: cunpack.v names register m4; expected m0 to m3");
  EXPECT_EQ(fault_of(Opcode::sgather_i8, [](Op& op) { op.b = 8; }),
            "word 1, slot S: sgather.i8 names register p8; expected p0 to p7");
  EXPECT_EQ(fault_of(Opcode::sgather_i8, [](Op& op) { op.c = 16; }),
            "word 1, slot S: sgather.i8 names register r16; expected r0 to r15");
  EXPECT_EQ(fault_of(Opcode::sgatherc_i64, [](Op& op) { op.c = 16; }),
            "word 1, slot S: sgatherc.i64 names register r16; expected r0 to r15");
}

TEST(Validator, AcceptsAMissingRegisterOnlyWhereAnAddressAllowsIt) {
  EXPECT_EQ(fault_of(Opcode::sgather_i8, [](Op& op) { op.c = kNoRegister, op.mode = 0; }), "");
  EXPECT_EQ(fault_of(Opcode::sgatherc_v64, [](Op& op) { op.c = kNoRegister; }), "");
  EXPECT_EQ(fault_of(Opcode::sgather_x16, [](Op& op) { op.c = kNoRegister; }),
            "word 1, slot S: sgather.x16 names register v255; expected v0 to v15");
  EXPECT_EQ(fault_of(Opcode::dadd_i64, [](Op& op) { op.b = kNoRegister; }),
            "word 1, slot D: dadd.i64 names register r255; expected r0 to r15");
}

TEST(Validator, RejectsNumbersOutsideTheirRange) {
  EXPECT_EQ(fault_of(Opcode::dcmp_f64, [](Op& op) { op.mode = 6; }),
            "word 1, slot D: cond of dcmp.f64 is 6; expected 0 to 5");
  EXPECT_EQ(fault_of(Opcode::sindex, [](Op& op) { op.mode = 11; }),
            "word 1, slot S: axis of sindex is 11; expected 0 to 10");
  EXPECT_EQ(fault_of(Opcode::sgatherc_i64, [](Op& op) { op.mode = 11; }),
            "word 1, slot S: axis of sgatherc.i64 is 11; expected 0 to 10");
  EXPECT_EQ(fault_of(Opcode::sgather_i64, [](Op& op) { op.mode = 4; }),
            "word 1, slot S: logarithm of the scale of sgather.i64 is 4; expected 0 to 3");
  EXPECT_EQ(fault_of(Opcode::stensor, [](Op& op) { op.imm = 1025; }),
            "word 1, slot S: count of stensor is 1025; expected 0 to 1024");
  EXPECT_EQ(fault_of(Opcode::shyper, [](Op& op) { op.imm = -1; }),
            "word 1, slot S: depth of shyper is -1; expected 0 to 11");
  EXPECT_EQ(fault_of(Opcode::salloc, [](Op& op) { op.imm = 2048; }),
            "word 1, slot S: mask of axes of salloc is 2048; expected 0 to 2047");
  EXPECT_EQ(fault_of(Opcode::salloc, [](Op& op) { op.mode = 28; }),
            "word 1, slot S: cell and layout of salloc is 28; expected 0 to 27");
}

TEST(Validator, RejectsTargetsAndPoolPlacesThatDoNotExist) {
  EXPECT_EQ(fault_of(Opcode::dbr, [](Op& op) { op.imm = 3; }), "word 1, slot D: target of dbr is 3; expected 0 to 2");
  EXPECT_EQ(fault_of(Opcode::dloop, [](Op& op) { op.imm = -1; }),
            "word 1, slot D: target of dloop is -1; expected 0 to 2");
  EXPECT_EQ(fault_of(Opcode::dmov_const, [](Op& op) { op.imm = 2; }),
            "word 1, slot D: const of dmov.const is 2; expected 0 to 1");
  EXPECT_EQ(fault_of(Opcode::dmov_coord, [](Op& op) { op.imm = 2; }),
            "word 1, slot D: coord of dmov.coord is 2; expected 0 to 1");
  Program program = around({word_of(op_of(Opcode::dmov_const, false))});
  program.constants.clear();
  EXPECT_EQ(validate(program).at(0).message(), "word 0, slot D: const of dmov.const is 0; expected a non-empty pool");
}

TEST(Validator, RejectsEveryFieldThatItsOpcodeDoesNotUse) {
  for (const OpcodeInfo& row : all_opcodes()) {
    Op base = op_of(row.opcode, false);
    std::uint8_t Op::*const bytes[] = {&Op::d, &Op::a, &Op::b, &Op::c, &Op::mode, &Op::flags};
    const auto names_field = [&](const Op& op) {
      Word word;
      word.slot(row.slot) = op;
      return fault_of(word).starts_with("word 1, slot ");
    };
    // A value that is out of range in every field, so that it is rejected in used and unused fields.
    for (std::uint8_t Op::*const field : bytes) {
      Op op = base;
      op.*field = 0xfe;
      EXPECT_TRUE(names_field(op)) << row.id;
    }
    bool uses_disp = false, uses_imm = false;
    for (const Kind kind : row.kinds()) {
      uses_disp = uses_disp || is_layout_address(kind);
      uses_imm = uses_imm || info(kind).field == Field::imm;
    }
    Op op = base;
    op.disp = 1;
    EXPECT_EQ(names_field(op), !uses_disp) << row.id;
    op = base, op.imm = 1;
    EXPECT_EQ(names_field(op), !uses_imm) << row.id;
  }
  EXPECT_EQ(fault_of(Opcode::dmov_v, [](Op& op) { op.b = 1; }),
            "word 1, slot D: field b of dmov.v is 1; expected 0, because nothing reads it");
  EXPECT_EQ(fault_of(Opcode::sgather_i8, [](Op& op) { op.c = kNoRegister; }),
            "word 1, slot S: field mode of sgather.i8 is 3; expected 0, because nothing reads it");
}

TEST(Validator, RejectsARegisterFieldBesideAnImmediate) {
  Op op = op_of(Opcode::dadd_i64, true, true);
  EXPECT_EQ(fault_of(word_of(op)), "");
  op.b = 1;
  EXPECT_EQ(fault_of(word_of(op)), "word 1, slot D: field b of dadd.i64 is 1; expected 0, because nothing reads it");
  op = op_of(Opcode::dadd_i64, true);
  op.imm = 1;
  EXPECT_EQ(fault_of(word_of(op)), "word 1, slot D: field imm of dadd.i64 is 1; expected 0, because nothing reads it");
  op = op_of(Opcode::dmov_v, true);
  op.flags = Op::kImmediate;
  EXPECT_EQ(fault_of(word_of(op)), "word 1, slot D: field flags of dmov.v is 1; expected 0, because nothing reads it");
}

TEST(Validator, RejectsAWordThatWritesARegisterFromTwoSlotsNamingBoth) {
  Word word;
  word.dense = op_of(Opcode::dmov_i64, true);
  word.sparse = op_of(Opcode::sgather_i64, true);
  EXPECT_EQ(
      fault_of(word),
      "word 1, slot S: sgather.i64 writes r15, which dmov.i64 in slot D also writes; expected one writer for each "
      "register of a word");
  word = {};
  word.sparse = op_of(Opcode::sgather_v64, true), word.coord = op_of(Opcode::cunpack_v, true);
  EXPECT_NE(fault_of(word).find("slot C: cunpack.v writes v15, which sgather.v64 in slot S"), std::string::npos);
  word = {};
  word.dense = op_of(Opcode::dmov_p, true), word.sparse = op_of(Opcode::sindex, true);
  EXPECT_NE(fault_of(word).find("sindex writes p7, which dmov.p in slot D"), std::string::npos);
  word = {};
  word.dense = op_of(Opcode::dmov_p, false), word.sparse = op_of(Opcode::sindex, true);
  EXPECT_EQ(fault_of(word), "");
  word = {};
  word.dense = op_of(Opcode::dloop, true), word.dense.imm = 0, word.coord = op_of(Opcode::cunpack_i64, true);
  EXPECT_NE(fault_of(word).find("cunpack.i64 writes r15, which dloop in slot D"), std::string::npos);
}

TEST(Validator, RejectsAProgramThatRunsOffItsEndOrHasNoOrTooManyWords) {
  Program program;
  EXPECT_EQ(validate(program).at(0).message(), "word 0: a program of 0 words; expected 1 to 4194304 words");
  program.words.resize(2);
  EXPECT_EQ(validate(program).at(0).message(),
            "word 1, slot D: the last word has nop; expected dhalt or dbr, so that execution does not run past it");
  program.words.back().dense.opcode = Opcode::dbr;
  EXPECT_TRUE(validate(program).empty());
  program.words.resize(kMaxWords + 1);
  EXPECT_FALSE(validate(program).at(0).slot.has_value());
  Program pools = around({});
  pools.constants.resize(kMaxPool + 1);
  EXPECT_EQ(validate(pools).at(0).message(), "word 0: a pool of 65537 constants; expected at most 65536");
}

TEST(Validator, ListsFaultsInOrderUpToTheLimit) {
  Word word;
  word.dense.opcode = word.sparse.opcode = word.coord.opcode = static_cast<Opcode>(255);
  const Program program = around(std::vector<Word>(30, word));
  const auto faults = validate(program);
  ASSERT_EQ(faults.size(), 20u);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    EXPECT_EQ(faults[i].word, i / 3);
    EXPECT_EQ(faults[i].slot, static_cast<Slot>(i % 3));
  }
  EXPECT_EQ(validate(program, 1).size(), 1u);
}

TEST(ValidProgram, IsMadeFromAValidProgramOnly) {
  EXPECT_TRUE(ValidProgram::make(around({})).ok());
  const auto bad = ValidProgram::make(around({word_of(op_of(Opcode::dmov_const, true)), word_of([] {
                                                Op op = op_of(Opcode::dbr, true);
                                                op.imm = 9;
                                                return op;
                                              }())}));
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().message(), "sample: word 1, slot D: target of dbr is 9; expected 0 to 2");
}

}  // namespace
}  // namespace vtpu::isa
