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
  for (const jit::Form form : forms())
    for (const bool check_accesses : {true, false}) {
      const auto divergence = compare_engines(program, form, fuel, &summary, {.check_accesses = check_accesses});
      EXPECT_TRUE(divergence) << divergence.error().message();
      EXPECT_FALSE(divergence->has_value()) << name_of(form) << ": " << (*divergence)->what << text;
      if (testing::Test::HasFailure()) return summary;
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

TEST(NativeEngine, TheSecondHalfOfAnAccessLiesBesideTheFirstWhereItsDisplacementWouldWrap) {
  const RunSummary run = both_agree(R"(
.coord a = 1.1.1/1.1.1/1.1.1/1.1
.coord b = 1.1.1/1.1.1/1.1.1/1.64
  dmov.coord p1, a
  dmov.coord p2, b
  salloc r4, p1, p2, column, cell=8, layout=row_major
  dmov.i64 r6, #1311768467463790320
  sscattr.i64 r6, [p1 + 40]
  dmov.i64 r1, #-2147483640
  dmov.i64 r3, #3
l:
  sgather.v64 v2, [p1 + r1*1 + 2147483640]
  sscattr.v64 v2, [p1 + r1*1 + 2147483647]
  dloop r3, l
  dhalt
)");
  EXPECT_EQ(run.status, Status::halted);
}

TEST(NativeEngine, EveryAccessFindsItsBytesAtEveryDisplacementThatItsIndexCancels) {
  struct Access {
    const char* text;
    int bytes;
  };
  constexpr Access kAccesses[] = {{"sgather.i8 r9,", 1},    {"sgather.i16 r9,", 2},  {"sgather.i32 r9,", 4},
                                  {"sgather.i64 r9,", 8},   {"sgather.v32 v9,", 32}, {"sgather.v64 v9,", 64},
                                  {"sgather.bcast v9,", 4}, {"sscattr.i8 r8,", 1},   {"sscattr.i16 r8,", 2},
                                  {"sscattr.i32 r8,", 4},   {"sscattr.i64 r8,", 8},  {"sscattr.v32 v8,", 32},
                                  {"sscattr.v64 v8,", 64}};
  // In a loop: a constant index (hoisted), one that steps (hoisted), a computed one (guarded), a pointer that changes
  // (checked in place). Last, straight words.
  constexpr const char* kShapes[] = {"loop:\n  A\n  dloop r3, loop\n",
                                     "loop:\n  dadd.i64 r1, r1, #1 | A\n  dloop r3, loop\n",
                                     "loop:\n  dmov.i64 r1, r2 | A\n  dloop r3, loop\n",
                                     "loop:\n  dmov.p p2, p0 | A\n  dmov.p p0, p2\n  dloop r3, loop\n", "  A\n"};
  for (const Access& access : kAccesses)
    for (const std::int64_t edge : {std::int64_t{INT32_MAX}, std::int64_t{INT32_MIN}})
      for (const int inwards : {0, 1, access.bytes - 1, access.bytes, access.bytes + 1, 31, 32, 33, 63, 64, 65}) {
        const std::int64_t disp = edge + (edge < 0 ? inwards : -inwards);
        for (const char* shape : kShapes) {
          std::string body = shape;
          body.replace(body.find('A'), 1,
                       std::string(access.text) + " [p0 + r1*1 " + (disp < 0 ? "- " : "+ ") +
                           std::to_string(disp < 0 ? -disp : disp) + "]");
          const std::string index = std::to_string(72 - disp);
          const RunSummary run = both_agree(std::string(kRegion) +
                                            "  dmov.i64 r8, #-81985529216486896\n  sscattr.i64 r8, [p0 + 80]\n"
                                            "  dmov.i64 r3, #3\n  dmov.i64 r1, #" +
                                            index + "\n  dmov.i64 r2, #" + index + "\n" + body + "  dhalt\n");
          ASSERT_EQ(run.status, Status::halted) << run.trap.message();
          if (HasFailure()) return;
        }
      }
}

TEST(NativeEngine, AnIndexThatIsOffByTheRangeOfADisplacementTraps) {
  for (const char* off : {"4294967296", "-4294967296", "2147483648", "-2147483648"})
    for (const char* loop :
         {"loop:\n  sgather.v64 v9, [p0 + r1*1 + 2147483640]\n  dloop r3, loop\n",
          "loop:\n  dmov.i64 r1, r2 | sscattr.v64 v9, [p0 + r1*1 + 2147483640]\n  dloop r3, loop\n"}) {
      const RunSummary run = both_agree(std::string(kRegion) + "  dmov.i64 r1, #-2147483640\n  dadd.i64 r1, r1, #" +
                                        off + "\n  dmov.i64 r2, r1\n  dmov.i64 r3, #3\n" + loop + "  dhalt\n");
      EXPECT_EQ(run.trap.kind, TrapKind::out_of_bounds) << off;
    }
}

/// Counts 64 bytes of which all but one are `usual`, in a table of `cells` numbers. The index of each iteration is
/// loaded by the one before, `start` at first. The store uses the register that the load used.
std::string counts_of_bytes(int cells, int usual, int unusual, int start) {
  return std::string(kRegion) + ".coord first = 2.1.1/1.1.1/1.1.1/1.1\n.coord last = 2.1.1/1.1.1/1.1.1/1." +
         std::to_string(cells) + R"(
  dmov.coord p2, first
  dmov.coord p3, last
  salloc r1, p2, p3, column, cell=4, layout=row_major
  dmov.i64 r2, #64
  dmov.i64 r4, #)" +
         std::to_string(usual) + R"(
  dmov.i64 r5, #)" +
         std::to_string(unusual) + R"(
fill:
  dadd.i64 r3, r3, #1 | sscattr.i8 r4, [p0 + r3]
  dloop r2, fill
  sscattr.i8 r5, [p0 + 40]
  dmov.i64 r2, #64
  dmov.i64 r3, #0
  dmov.i64 r6, #)" +
         std::to_string(start) + R"(
count:
  sgather.i32 r7, [p2 + r6*4]
  dadd.i64 r7, r7, #1
  sscattr.i32 r7, [p2 + r6*4]
  dadd.i64 r3, r3, #1 | sgather.i8 r6, [p0 + r3]
  dand.i64 r8, r3, #15 | sgather.i32 r9, [p2 + r8*4]
  dadd.i64 r10, r10, r9 | sscattr.i16 r9, [p2 + r8*4 + 2]
  dloop r2, count
  dhalt
)";
}

TEST(NativeEngine, ATableThatHoldsEveryIndexOfANarrowLoadNeedsNoChecks) {
  EXPECT_EQ(both_agree(counts_of_bytes(256, 7, 255, 3)).status, Status::halted);
}
TEST(NativeEngine, ASmallTableIsCheckedAtEachNarrowIndex) {
  EXPECT_EQ(both_agree(counts_of_bytes(100, 7, 99, 3)).status, Status::halted);
  const RunSummary run = both_agree(counts_of_bytes(100, 7, 100, 3));
  EXPECT_EQ(run.trap.kind, TrapKind::out_of_bounds);
  EXPECT_GT(run.words, 128u + 7 * 39);
}
TEST(NativeEngine, AnIndexFromBeforeTheLoopIsCheckedWhateverTheLoopLoads) {
  for (const int start : {256, 1 << 20, -1}) {
    const RunSummary run = both_agree(counts_of_bytes(256, 7, 255, start));
    EXPECT_EQ(run.trap.kind, TrapKind::out_of_bounds) << start;
  }
  EXPECT_EQ(both_agree(counts_of_bytes(400, 7, 255, 300)).status, Status::halted);
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
