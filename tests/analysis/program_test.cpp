#include <gtest/gtest.h>

#include "vtpu/analysis/access_pattern.h"
#include "vtpu/analysis/thrash.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/isa/builder.h"

namespace vtpu::analysis {
namespace {

using isa::at;
using isa::op;
using isa::Opcode;
using isa::P;
using isa::R;

constexpr std::uint32_t kColumns = 2048;

// A region of 2048 cells of 64 bytes, then ten rounds over `lines` lines, `stride` bytes apart; words 6 and 7 access.
isa::ValidProgram walk(std::uint64_t lines, std::int64_t stride) {
  isa::Builder b("walk");
  const auto first = phext::PackedCoordinate().with(phext::Axis::chapter, 1);
  b.word(op(Opcode::dmov_coord, P{0}, b.coordinate(first)));
  b.word(op(Opcode::dmov_coord, P{1}, b.coordinate(first.with(phext::Axis::column, kColumns - 1))));
  b.word(op(Opcode::salloc, R{1}, P{0}, P{1}, isa::Allocation{}));
  b.counted_loop(R{2}, 10, [&] {
    b.word(op(Opcode::dmov_i64, R{3}, 0));
    b.counted_loop(R{4}, lines, [&] {
      b.word(op(Opcode::dadd_i64, R{5}, R{5}, R{6}), op(Opcode::sgather_i64, R{6}, at(P{0}, R{3})));
      b.word(op(Opcode::dadd_i64, R{3}, R{3}, stride), op(Opcode::sscattr_i64, R{5}, at(P{0}, R{3}, 1, 8)));
    });
  });
  b.word(op(Opcode::dhalt));
  return isa::ValidProgram::make(b.build()).value();
}

template <class Analyser>
void observe(const isa::ValidProgram& program, Analyser& analyser) {
  exec::Machine machine;
  const auto status = exec::Interpreter(program).run_observed(
      machine, machine.spawn(), [&](const exec::MemoryAccess& access) { analyser(access); });
  ASSERT_EQ(status, exec::Status::halted);
}

TEST(ObservedProgram, words_with_strided_accesses_are_strided_and_their_lines_are_the_working_set) {
  AccessPattern pattern;
  observe(walk(500, 128), pattern);
  const auto words = pattern.words();
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0].word, 6U);
  EXPECT_EQ(words[0].pattern, Pattern::strided);
  EXPECT_EQ(words[0].stride, 128);
  EXPECT_EQ(words[0].reads, 5000U);
  EXPECT_EQ(words[1].writes, 5000U);
  EXPECT_EQ(pattern.working_set_lines(), 500U);
}

TEST(ObservedProgram, accesses_by_pages_thrash_one_set_in_the_first_word) {
  ThrashDetector detector({"L1", 32768, 8, 64});
  observe(walk(16, 4096), detector);
  const auto sets = detector.sets();
  ASSERT_EQ(sets.size(), 1U);
  EXPECT_EQ(sets[0].conflicts, 9U * 16);
  EXPECT_EQ(sets[0].words, (std::map<std::uint32_t, std::uint64_t>{{6, 144}}));
  EXPECT_EQ(detector.counters().hits, 160U);
}

}  // namespace
}  // namespace vtpu::analysis
