#include "vtpu/isa/builder.h"

#include <gtest/gtest.h>

#include "vtpu/isa/assembler.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/validator.h"

namespace vtpu::isa {
namespace {

using phext::Axis;

TEST(Builder, makes_the_words_that_assembly_text_makes) {
  Builder b("text");
  const Label end = b.label("end");
  const auto start = phext::PackedCoordinate().with(Axis::chapter, 2);
  b.word(op(Opcode::dmov_coord, P{1}, b.coordinate(start)));
  b.word(op(Opcode::dcmp_i64, R{1}, Condition::lt, R{2}, -5),
         op(Opcode::sgatherc_i64, R{3}, cell(P{1}, Axis::column, R{2})),
         op(Opcode::creduce_i64, R{5}, R{6}, ReductionKind::max));
  b.word(op(Opcode::dbr_nz, R{1}, end), op(Opcode::sgather_x16, V{1}, at(P{1}, V{2}, 64)));
  b.word(op(Opcode::dmov_const, V{0}, b.constant({})), op(Opcode::sgather_i64, R{4}, at(P{1}, R{2}, 8, -16)),
         op(Opcode::cpack_v, M{3}, V{4}, 1));
  b.word(op(Opcode::salloc, R{7}, P{1}, P{2}, Allocation{3, 4, Layout::morton}));
  b.place(end);
  b.word(op(Opcode::dhalt), op(Opcode::sindex, P{1}, P{2}, Axis::line, R{3}));
  const Program built = b.build();
  EXPECT_TRUE(validate(built).empty());

  const auto read = assemble(
      ".coord at0 = raw 0x00000000000000000000200000000000\n"
      ".const c0 = hex 00\n"
      "  dmov.coord p1, at0\n"
      "  dcmp.i64 r1, lt, r2, #-5 | sgatherc.i64 r3, [p1 @ column r2] | creduce.i64 r5, r6, max\n"
      "  dbr.nz r1, end | sgather.x16 v1, [p1 + v2*4 + 64]\n"
      "  dmov.const v0, c0 | sgather.i64 r4, [p1 + r2*8 - 16] | cpack.v m3, v4, 1\n"
      "  salloc r7, p1, p2, column+line, cell=16, layout=morton\n"
      "end:\n"
      "  dhalt | sindex p1, p2, line, r3\n",
      "text");
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(built, read.value());
}

TEST(Builder, closes_a_loop_in_the_last_word_of_its_body_if_that_has_no_dense_op) {
  Builder b("loops");
  b.counted_loop(R{1}, 10, [&] { b.word(op(Opcode::sgather_i64, R{2}, at(P{0}))); });
  b.counted_loop(R{1}, 10, [&] { b.word(op(Opcode::dadd_i64, R{2}, R{2}, 1)); });
  b.word(op(Opcode::dhalt));
  const Program p = b.build();
  ASSERT_EQ(p.words.size(), 6U);
  EXPECT_EQ(p.words[1].dense.opcode, Opcode::dloop);
  EXPECT_EQ(p.words[1].dense.imm, 1);
  EXPECT_EQ(p.words[1].sparse.opcode, Opcode::sgather_i64);
  EXPECT_EQ(p.words[4].dense.opcode, Opcode::dloop);
  EXPECT_EQ(p.words[4].dense.imm, 3);
  EXPECT_TRUE(validate(p).empty());
}

TEST(Builder, shares_pool_entries_of_values_with_equal_bits_and_flags) {
  Builder b("pools");
  const auto plain = phext::PackedCoordinate().with(Axis::line, 3);
  EXPECT_EQ(b.coordinate(plain).index, 0U);
  EXPECT_EQ(b.coordinate(plain.with_flags(1)).index, 1U);
  EXPECT_EQ(b.coordinate(plain).index, 0U);
  Constant ones;
  ones.fill(std::byte{1});
  EXPECT_EQ(b.constant({}).index, 0U);
  EXPECT_EQ(b.constant(ones).index, 1U);
  EXPECT_EQ(b.constant({}).index, 0U);
}

TEST(BuilderDeath, an_operand_that_does_not_match_the_row_is_refused) {
  EXPECT_DEATH(op(Opcode::dadd_i64, R{1}, V{2}, 5), "kind");
  EXPECT_DEATH(op(Opcode::dadd_f64, R{1}, R{2}, 5), "kind");
  EXPECT_DEATH(op(Opcode::dadd_i64, R{1}, R{2}), "as many operands");
  EXPECT_DEATH(op(Opcode::dadd_i64, R{16}, R{2}, R{3}), "register exists");
  EXPECT_DEATH(op(Opcode::cpack_i64, M{1}, 4, R{3}), "limit");
}

TEST(BuilderDeath, two_ops_in_one_slot_and_undefined_labels_are_refused) {
  const auto twice = [] {
    Builder b("twice");
    b.word(op(Opcode::dmov_i64, R{1}, 1), op(Opcode::dmov_i64, R{2}, 1));
  };
  EXPECT_DEATH(twice(), "different slots");
  const auto unplaced = [] {
    Builder b("unplaced");
    b.word(op(Opcode::dbr, b.label("nowhere")));
    b.build();
  };
  EXPECT_DEATH(unplaced(), "placed");
}

}  // namespace
}  // namespace vtpu::isa
