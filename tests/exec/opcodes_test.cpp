// Does each opcode do what its row in opcodes.def says, on every engine, in compiled code both with its emitter and
// without? The cases are in opcodes_*_test.cpp; their expected values do not come from exec/ops_*.h.
#include <gtest/gtest.h>

#include "both_engines.h"
#include "opcode_cases.h"

namespace vtpu::exec {
namespace {

class OpcodeTest : public testing::TestWithParam<std::string> {};

std::vector<std::string> all_mnemonics() {
  std::vector<std::string> all;
  for (const isa::OpcodeInfo& row : isa::all_opcodes().subspan(1)) all.emplace_back(row.mnemonic);
  return all;
}

TEST_P(OpcodeTest, HasTheEffectOfItsRowOnEveryEngineWithAndWithoutItsEmitter) {
  std::map<std::string, Engines> engines;
  std::size_t cases = 0;
  for (const auto& group : {scalar_cases(), vector_cases(), memory_cases(), geometry_cases(), coordination_cases()})
    for (const OpcodeCase& one : group) {
      if (one.mnemonic != GetParam()) continue;
      ++cases;
      SCOPED_TRACE(one.text);
      const Engines& all = engines.try_emplace(one.text, one.text, *isa::find_opcode(GetParam())).first->second;
      bool contained = false;
      for (const isa::Word& word : all.program().words)
        for (const isa::Slot slot : {isa::Slot::D, isa::Slot::S, isa::Slot::C})
          contained |= word.slot(slot).opcode == *isa::find_opcode(GetParam());
      EXPECT_TRUE(contained) << "a case without the opcode";
      Conditions conditions;
      conditions.given = one.given;
      for (const Ran& ran : run_all(all, conditions)) {
        SCOPED_TRACE(ran.engine);
        EXPECT_EQ(ran.context->status, Status::halted) << ran.context->trap.message();
        one.expect(*ran.machine, *ran.context);
      }
      if (HasFailure()) return;
    }
  EXPECT_GT(cases, 0u) << "no case shows this opcode";
}

INSTANTIATE_TEST_SUITE_P(EachOpcode, OpcodeTest, testing::ValuesIn(all_mnemonics()), [](const auto& mnemonic) {
  return std::string(isa::info(*isa::find_opcode(mnemonic.param)).id);
});

TEST(OpcodeCases, NameOnlyOpcodesOfTheTable) {
  for (const auto& group : {scalar_cases(), vector_cases(), memory_cases(), geometry_cases(), coordination_cases()})
    for (const OpcodeCase& one : group) EXPECT_TRUE(isa::find_opcode(one.mnemonic)) << one.mnemonic;
}

}  // namespace
}  // namespace vtpu::exec
