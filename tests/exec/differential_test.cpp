// A short form of the differential soak (experiments/core_soak.cpp): compares the interpreter with compiled code in
// every form on random programs for about a minute, and once for each opcode without its emitter. A divergence is
// reported with its reduced program.
#include <gtest/gtest.h>

#include <chrono>

#include "vtpu/exec/differential.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/random_program.h"

namespace vtpu::exec {
namespace {

constexpr std::uint64_t kFuel = 20000;

bool diverges(const isa::Program& program, jit::Form form, bool check_accesses) {
  const auto valid = isa::ValidProgram::make(program);
  if (!valid) return false;
  const auto divergence = compare_engines(*valid, form, kFuel, nullptr, {.check_accesses = check_accesses});
  return divergence && divergence->has_value();
}

/// Compares the engines on random programs for so long, hostile ones first with checked accesses: an access to another
/// place is then a divergence with a reduced program, not a crash.
void compare_for(std::chrono::seconds time, bool hostile) {
  if (!jit::host_form()) GTEST_SKIP() << "this processor has neither AVX-512 nor AVX2";
  std::vector<jit::Form> forms{jit::Form::avx2};
  if (*jit::host_form() == jit::Form::avx512) forms.push_back(jit::Form::avx512);
  const auto end = std::chrono::steady_clock::now() + time;
  std::uint64_t programs = 0;
  for (std::uint64_t seed = 1; std::chrono::steady_clock::now() < end; ++seed) {
    const isa::Program program = isa::random_program({.seed = seed, .hostile = hostile});
    const auto valid = isa::ValidProgram::make(program);
    ASSERT_TRUE(valid) << "seed " << seed << ": " << valid.error().message();
    for (const jit::Form form : forms)
      for (const bool check_accesses : {true, false}) {
        if (check_accesses && !hostile) continue;
        const auto divergence = compare_engines(*valid, form, kFuel, nullptr, {.check_accesses = check_accesses});
        ASSERT_TRUE(divergence) << divergence.error().message();
        if (!divergence->has_value()) continue;
        const isa::Program small =
            isa::reduce(program, [&](const isa::Program& p) { return diverges(p, form, check_accesses); });
        FAIL() << "seed " << seed << ", " << name_of(form) << (check_accesses ? ", checked" : "") << ": "
               << (*divergence)->what << "\n"
               << isa::disassemble(small);
      }
    ++programs;
  }
  testing::Test::RecordProperty("programs", static_cast<int>(programs));
  EXPECT_GT(programs, 100u);
}

TEST(Differential, RandomProgramsEndInEqualStateInBothEngines) { compare_for(std::chrono::seconds(30), false); }

TEST(Differential, HostileProgramsEndInEqualStateInBothEngines) { compare_for(std::chrono::seconds(60), true); }

bool contains(const isa::Program& program, isa::Opcode opcode) {
  for (const isa::Word& word : program.words)
    for (const isa::Slot slot : {isa::Slot::D, isa::Slot::S, isa::Slot::C})
      if (word.slot(slot).opcode == opcode) return true;
  return false;
}

TEST(Differential, AnOpcodeWithoutItsEmitterEndsInTheSameStateAndTrap) {
  if (!jit::host_form()) GTEST_SKIP() << "this processor has neither AVX-512 nor AVX2";
  std::vector<jit::Form> forms{jit::Form::avx2};
  if (*jit::host_form() == jit::Form::avx512) forms.push_back(jit::Form::avx512);
  constexpr std::size_t kPrograms = 5;
  std::size_t trapped = 0, halted = 0;
  for (const isa::OpcodeInfo& row : isa::all_opcodes().subspan(1)) {
    std::size_t programs = 0;
    for (std::uint64_t seed = 1; programs < kPrograms && seed < 3000; ++seed) {
      const isa::Program program = isa::random_program({.seed = seed});
      if (!contains(program, row.opcode)) continue;
      ++programs;
      const auto valid = isa::ValidProgram::make(program);
      ASSERT_TRUE(valid) << "seed " << seed << ": " << valid.error().message();
      jit::OpcodeSet one, all;
      one.set(static_cast<std::size_t>(row.opcode));
      all.set();
      for (const jit::Form form : forms)
        for (const jit::OpcodeSet& without_emitter : {one, all}) {
          RunSummary summary;
          const auto divergence = compare_engines(*valid, form, kFuel, &summary, {.without_emitter = without_emitter});
          ASSERT_TRUE(divergence) << divergence.error().message();
          ASSERT_FALSE(divergence->has_value())
              << row.mnemonic << ", seed " << seed << ", " << name_of(form) << ": " << (*divergence)->what;
          trapped += summary.status == Status::trapped;
          halted += summary.status == Status::halted;
        }
    }
    EXPECT_EQ(programs, kPrograms) << row.mnemonic << " is in too few random programs";
  }
  EXPECT_GT(trapped, 0u);
  EXPECT_GT(halted, 0u);
}

}  // namespace
}  // namespace vtpu::exec
