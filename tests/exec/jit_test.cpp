// Do both engines end in equal states? This file has selected programs, differential_test.cpp random ones.
#include <gtest/gtest.h>

#include "vtpu/exec/differential.h"
#include "vtpu/isa/assembler.h"

namespace vtpu::exec {
namespace {

std::vector<jit::Form> forms() {
  std::vector<jit::Form> all;
  if (const auto best = jit::host_form()) {
    all.push_back(jit::Form::avx2);
    if (*best == jit::Form::avx512) all.push_back(jit::Form::avx512);
  }
  return all;
}

isa::ValidProgram program_of(const std::string& text) {
  auto program = isa::assemble(text, "test.sasm");
  EXPECT_TRUE(program) << (program ? "" : program.error().message());
  auto valid = isa::ValidProgram::make(*program);
  EXPECT_TRUE(valid) << (valid ? "" : valid.error().message());
  return *valid;
}

RunSummary both_agree(const std::string& text, std::uint64_t fuel = 1000000) {
  const isa::ValidProgram program = program_of(text);
  RunSummary summary;
  for (const jit::Form form : forms()) {
    const auto divergence = compare_engines(program, form, fuel, &summary);
    EXPECT_TRUE(divergence) << divergence.error().message();
    EXPECT_FALSE(divergence->has_value()) << name_of(form) << ": " << (*divergence)->what;
  }
  return summary;
}

const char* const kRegion = R"(
.coord low = 1.1.1/1.1.1/1.1.1/1.1
.coord high = 1.1.1/1.1.1/1.1.1/1.2000
  dmov.coord p0, low
  dmov.coord p1, high
  salloc r1, p0, p1, column, cell=8, layout=row_major
)";

TEST(NativeEngine, ACountedLoopWithHoistedAccessesEqualsTheReference) {
  const RunSummary run = both_agree(std::string(kRegion) + R"(
  dmov.i64 r2, #100
loop:
  dadd.i64 r3, r3, #8 | sscattr.i64 r2, [p0 + r3 + 64] | cpack.i64 m0, 1, r2
  dadd.i64 r4, r4, r2 | sgather.i64 r5, [p0 + r3*1 - 8]
  dloop r2, loop | cunpack.i64 r6, m0, 1
  dhalt
)");
  EXPECT_EQ(run.status, Status::halted);
  EXPECT_EQ(run.words, 3u + 1 + 300 + 1);
}

TEST(NativeEngine, ALoopThatLeavesItsRegionTrapsInTheSameWordWithTheSameState) {
  const RunSummary run = both_agree(std::string(kRegion) + R"(
  dmov.i64 r2, #5000
loop:
  dadd.i64 r3, r3, #8 | sscattr.i64 r2, [p0 + r3]
  dloop r2, loop | sgather.i64 r5, [p0 + r3 - 16]
  dhalt
)");
  EXPECT_EQ(run.status, Status::trapped);
  EXPECT_EQ(run.trap.kind, TrapKind::out_of_bounds);
}

TEST(NativeEngine, FuelEndsALoopAtTheSameWord) {
  const RunSummary run = both_agree(std::string(kRegion) + R"(
  dmov.i64 r2, #5000
loop:
  dadd.i64 r3, r3, #1
  dloop r2, loop
  dhalt
)",
                                    77);
  EXPECT_EQ(run.trap.kind, TrapKind::out_of_fuel);
  EXPECT_EQ(run.words, 77u);
}

TEST(NativeEngine, SlotsOfAWordReadTheStateBeforeIt) {
  both_agree(R"(
  dmov.i64 r1, #1
  dmov.i64 r2, #2
  dadd.i64 r1, r2, #10 | sindex.get r2, p0, column | cpack.i64 m0, 0, r1
  dadd.i64 r1, r2, #0 | sindex.get r3, p1, line | cunpack.i64 r2, m0, 0
  dmov.i64 r2, r1 | nop | cpack.i64 m1, 3, r2
  dhalt
)");
}

TEST(NativeEngine, CellsByCoordinateCountEveryHitAndMiss) {
  const RunSummary run = both_agree(std::string(kRegion) + R"(
  dmov.i64 r2, #1900
loop:
  dadd.i64 r3, r3, #1 | sscattrc.i64 r3, [p0 @ column r3]
  dadd.i64 r4, r4, r5 | sgatherc.i64 r5, [p0 @ column r2]
  dloop r2, loop
  dhalt
)");
  EXPECT_EQ(run.status, Status::halted);
}

TEST(NativeEngine, TheReportCountsHoistedChecksAndCalledWords) {
  const isa::ValidProgram program = program_of(std::string(kRegion) + R"(
  dmov.i64 r2, #10
loop:
  dadd.i64 r3, r3, #8 | sgather.i64 r5, [p0 + r3]
  dloop r2, loop | sgather.i64 r6, [p0 + r5]
  dhalt
)");
  const auto native = jit::NativeEngine::compile(program);
  ASSERT_TRUE(native);
  EXPECT_EQ(native->report().loops, 1u);
  EXPECT_EQ(native->report().hoisted, 1u);
  EXPECT_EQ(native->report().checked, 1u);
  EXPECT_EQ(native->report().called_words, 4u);  // dmov.coord twice, salloc, dhalt
}

}  // namespace
}  // namespace vtpu::exec
