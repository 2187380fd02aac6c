// Is the table of opcodes consistent?
#include "vtpu/isa/opcode.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "samples.h"
#include "vtpu/isa/cursor.h"
#include "vtpu/isa/registers.h"

namespace vtpu::isa {
namespace {

TEST(Opcodes, AreNumberedByTheirPositionAndHaveUniqueNames) {
  std::set<std::string> ids, mnemonics;
  for (std::size_t i = 0; i < all_opcodes().size(); ++i) {
    const OpcodeInfo& row = all_opcodes()[i];
    EXPECT_EQ(static_cast<std::size_t>(row.opcode), i);
    EXPECT_EQ(&info(row.opcode), &row);
    EXPECT_TRUE(defined(static_cast<std::uint8_t>(i)));
    EXPECT_TRUE(ids.emplace(row.id).second) << row.id;
    EXPECT_TRUE(mnemonics.emplace(row.mnemonic).second) << row.mnemonic;
    EXPECT_TRUE(is_name(row.mnemonic)) << row.mnemonic;
    EXPECT_FALSE(row.summary.empty()) << row.id;
  }
  EXPECT_FALSE(defined(static_cast<std::uint8_t>(all_opcodes().size())));
  EXPECT_EQ(info(static_cast<Opcode>(255)).opcode, Opcode::nop);
}

TEST(Opcodes, AreFoundByMnemonicAndTheEmptySlotIsNot) {
  for (const OpcodeInfo& row : all_opcodes().subspan(1)) EXPECT_EQ(find_opcode(row.mnemonic), row.opcode);
  EXPECT_EQ(find_opcode("nop"), std::nullopt);
  EXPECT_EQ(find_opcode(""), std::nullopt);
}

TEST(Opcodes, GiveEachFieldToOneOperandOnly) {
  for (const OpcodeInfo& row : all_opcodes()) {
    std::multiset<Field> fields;
    for (const Kind kind : row.kinds()) {
      EXPECT_NE(kind, Kind::none) << row.id;
      fields.insert(info(kind).field);
      if (is_address(kind)) fields.insert({Field::c, Field::mode});
      if (kind == Kind::Allocation) fields.insert(Field::mode);
      if (info(kind).may_be_immediate) fields.insert(Field::imm);
    }
    for (const Field field : {Field::d, Field::a, Field::b, Field::c, Field::mode, Field::imm})
      EXPECT_LE(fields.count(field), 1u) << row.id;
    EXPECT_EQ(fields.count(Field::none), 0u) << row.id;
  }
}

TEST(Opcodes, OfControlAndTargetsAreInTheDenseSlotAndMemoryInTheSparseOne) {
  for (const OpcodeInfo& row : all_opcodes()) {
    if (row.effect == Effect::control) {
      EXPECT_EQ(row.slot, Slot::D) << row.id;
    }
    if (row.effect == Effect::messages) {
      EXPECT_EQ(row.slot, Slot::C) << row.id;
    }
    if (row.effect == Effect::reads || row.effect == Effect::writes) {
      EXPECT_EQ(row.slot, Slot::S) << row.id;
    }
    for (const Kind kind : row.kinds()) {
      if (kind == Kind::Target) {
        EXPECT_EQ(row.effect, Effect::control) << row.id;
      }
      if (is_address(kind)) {
        EXPECT_EQ(row.slot, Slot::S) << row.id;
      }
    }
  }
}

TEST(Opcodes, CountAsOpsUnlessTheyAreEmptyHintsOrControl) {
  EXPECT_FALSE(info(Opcode::nop).counts());
  EXPECT_FALSE(info(Opcode::sprefch).counts());
  EXPECT_FALSE(info(Opcode::dloop).counts());
  EXPECT_TRUE(info(Opcode::dadd_i64).counts());
  EXPECT_TRUE(info(Opcode::cbar).counts());
  Word word;
  word.dense.opcode = Opcode::dadd_i64, word.sparse.opcode = Opcode::sprefch, word.coord.opcode = Opcode::cfence;
  EXPECT_EQ(ops_in(word), 2u);
}

TEST(Opcodes, HaveNamedClassesWithALatency) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kCosts; ++i) {
    EXPECT_TRUE(names.insert(name_of(static_cast<Cost>(i))).second);
    EXPECT_EQ(latency_of(static_cast<Cost>(i)) == 0, static_cast<Cost>(i) == Cost::none);
  }
  for (const OpcodeInfo& row : all_opcodes()) EXPECT_FALSE(name_of(row.effect).empty());
}

TEST(Registers, AreReadAndWrittenAsTheKindsSay) {
  Op fma = samples::op_of(Opcode::dfma_f32x16, false);
  fma.d = 1, fma.a = 2, fma.b = 3, fma.c = 4;
  EXPECT_EQ(uses_of(fma).writes.v, 1u << 1);
  EXPECT_EQ(uses_of(fma).reads.v, 1u << 2 | 1u << 3 | 1u << 4);
  Op dot = samples::op_of(Opcode::ddot_bf16, true);
  EXPECT_EQ(uses_of(dot).reads.v, 1u << 15);
  EXPECT_EQ(uses_of(dot).writes.v, 1u << 15);
  EXPECT_TRUE(uses_of(samples::op_of(Opcode::dmov_i64, true, true)).reads.empty());
  const Uses store = uses_of(samples::op_of(Opcode::sscattr_x16, true));
  EXPECT_EQ(store.reads.v, 1u << 15);
  EXPECT_EQ(store.reads.p, 1u << 7);
  EXPECT_TRUE(store.writes.empty());
  EXPECT_EQ(uses_of(samples::op_of(Opcode::sgather_i64, false)).reads.r, 0u);
  EXPECT_EQ(uses_of(samples::op_of(Opcode::sgather_i64, true)).reads.r, 1u << 15);
  const Uses next = uses_of(samples::op_of(Opcode::shyper_next, true));
  EXPECT_EQ(next.writes.p, 1u << 7);
  EXPECT_EQ(next.writes.r, 1u << 15);
}

}  // namespace
}  // namespace vtpu::isa
