// A slice of the differential soak (experiments/core_soak.cpp): random programs, interpreter against compiled
// code in every form, until about a minute has passed. A divergence is reported with its reduced program.
#include <gtest/gtest.h>

#include <chrono>

#include "vtpu/exec/differential.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/random_program.h"

namespace vtpu::exec {
namespace {

constexpr std::uint64_t kFuel = 20000;

bool diverges(const isa::Program& program, jit::Form form) {
  const auto valid = isa::ValidProgram::make(program);
  if (!valid) return false;
  const auto divergence = compare_engines(*valid, form, kFuel);
  return divergence && divergence->has_value();
}

TEST(Differential, RandomProgramsEndInEqualStateInBothEngines) {
  if (!jit::host_form()) return;  // then the interpreter is the only engine
  std::vector<jit::Form> forms{jit::Form::avx2};
  if (*jit::host_form() == jit::Form::avx512) forms.push_back(jit::Form::avx512);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::uint64_t programs = 0;
  for (std::uint64_t seed = 1; std::chrono::steady_clock::now() < end; ++seed) {
    const isa::Program program = isa::random_program({.seed = seed});
    const auto valid = isa::ValidProgram::make(program);
    ASSERT_TRUE(valid) << "seed " << seed << ": " << valid.error().message();
    for (const jit::Form form : forms) {
      const auto divergence = compare_engines(*valid, form, kFuel);
      ASSERT_TRUE(divergence) << divergence.error().message();
      if (divergence->has_value()) {
        const isa::Program small = isa::reduce(program, [&](const isa::Program& p) { return diverges(p, form); });
        FAIL() << "seed " << seed << ", " << name_of(form) << ": " << (*divergence)->what << "\n"
               << isa::disassemble(small);
      }
    }
    ++programs;
  }
  RecordProperty("programs", static_cast<int>(programs));
  EXPECT_GT(programs, 100u);
}

}  // namespace
}  // namespace vtpu::exec
