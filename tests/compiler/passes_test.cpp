// What each pass does to a kernel, and what it must leave unchanged. Other tests, with random kernels and the programs,
// check that the meaning is preserved.
#include "vtpu/compiler/passes/passes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "language_text.h"
#include "vtpu/compiler/ir/evaluate.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/study/programs/mapped_tensors.h"

namespace vtpu::compiler::passes {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// One-line items, followed by the kernel's statements.
ir::Module kernel(const std::string& items, const std::string& statements) {
  return language::module_of(items + "\nkernel main() {\n" + statements + "\n}\n");
}

/// The module as text; checks that it verifies.
std::string text_of(const ir::Module& module) {
  const Result<void> verified = ir::verify(module);
  EXPECT_TRUE(verified.ok()) << (verified.ok() ? "" : verified.error().message());
  return ir::to_text(module);
}

std::size_t count(const ir::Module& module, ir::OpKind kind) {
  std::size_t ops = 0;
  ir::for_each_op(module.body, [&](const ir::Op& op) { ops += op.kind == kind; });
  return ops;
}

std::size_t vectors(const ir::Module& module) {
  std::size_t ops = 0;
  ir::for_each_op(module.body, [&](const ir::Op& op) { ops += ir::is_vector(op.type); });
  return ops;
}

const MachineModel kMachine = MachineModel::reference();

TEST(Simplify, SharesEqualLoadsUntilTheirTensorIsWritten) {
  ir::Module shared = kernel("tensor x: f32[4]; tensor y: f32[4];", "y[0] = x[1]; y[1] = x[1];");
  simplify(shared);
  EXPECT_EQ(count(shared, ir::OpKind::load), 1u);
  ir::Module written = kernel("tensor x: f32[4];", "x[0] = x[1]; x[2] = x[1];");
  simplify(written);
  EXPECT_EQ(count(written, ir::OpKind::load), 2u);
}

TEST(Simplify, KeepsALoadInALoopOfWhichAnInnerLoopWritesItsTensor) {
  const std::string inner = "for k in 0..8 { a[k] = x[k]; } ", load = "y[i] = a[0] * 2.0; ";
  for (const std::string& body : {inner + load, load + inner, "x[i] = y[0]; " + inner + load}) {
    ir::Module module =
        kernel("tensor a: f32[8]; tensor x: f32[64]; tensor y: f32[64];", "for i in 0..64 { " + body + "}");
    simplify(module);
    const ir::Loop& loop = *module.body.back().loop();
    EXPECT_TRUE(std::any_of(loop.body.begin(), loop.body.end(), [](const ir::Node& node) {
      return node.op() != nullptr && node.op()->kind == ir::OpKind::load && node.op()->access.tensor == 0;
    })) << text_of(module);
  }
}

TEST(Simplify, HoistsLoopInvariantValues) {
  ir::Module module = kernel("tensor a: f32[1]; tensor x: f32[64];", "for i in 0..64 { x[i] = a[0] * a[0]; }");
  simplify(module);
  ASSERT_NE(module.body.back().loop(), nullptr);
  EXPECT_EQ(module.body.back().loop()->body.size(), 1u) << text_of(module);
}

TEST(Simplify, LeavesALoadInALoopThatMayNotRun) {
  ir::Module module =
      kernel("tensor n: i64[1]; tensor a: f32[1]; tensor x: f32[64];", "for i in 0..n[0] { x[i] = a[0]; }");
  simplify(module);
  EXPECT_EQ(module.body.back().loop()->body.size(), 2u) << text_of(module);
}

TEST(Contract, FusesOnlyTheProductsOfASum) {
  ir::Module sum = kernel("tensor x: f32[64]; tensor y: f32[1];", "y[0] = sum(i in 0..64) (x[i] * x[i]);");
  contract(sum);
  EXPECT_EQ(count(sum, ir::OpKind::fma), 1u);
  ir::Module ordered = kernel("tensor x: f32[64]; tensor y: f32[1];",
                              "var s = 0.0f32; for i in 0..64 { s = s + x[i] * x[i]; } y[0] = s;");
  contract(ordered);
  EXPECT_EQ(count(ordered, ir::OpKind::fma), 0u);
}

TEST(UnrollFully, RemovesLoopsOfFewIterations) {
  ir::Module module = kernel("tensor x: f32[64];", "for i in 0..4 { x[i] = 1.0; }");
  unroll_fully(module, Reductions::unrolled);
  EXPECT_THAT(text_of(module), Not(HasSubstr("loop i")));
  EXPECT_EQ(count(module, ir::OpKind::store), 4u);
}

TEST(UnrollFully, OpensEveryLoopOfOneIteration) {
  ir::Module module = kernel("tensor x: f32[64]; tensor y: f32[64];",
                             "var s = 0.0f32; for i in 3..4 { for j in 0..1 { s = s + x[i]; for k in 0..64 { "
                             "y[k] = x[k] + f32(i + j) + s; } } } y[0] = s;");
  unroll_fully(module, Reductions::unrolled);
  const std::string text = text_of(module);
  EXPECT_THAT(text, Not(HasSubstr("trip 1 ")));
  EXPECT_THAT(text, HasSubstr("load x[12]"));
  EXPECT_THAT(text, HasSubstr("trip 64"));
}

TEST(UnrollFully, LeavesAReductionOfAVectorToTheVectorizer) {
  const auto loops = [](int terms, Reductions reductions) {
    ir::Module module =
        kernel("tensor x: f32[64]; tensor y: f32[1];", "y[0] = max(i in 0.." + std::to_string(terms) + ") x[i];");
    unroll_fully(module, reductions);
    return std::count_if(module.body.begin(), module.body.end(),
                         [](const ir::Node& node) { return node.loop() != nullptr; });
  };
  EXPECT_EQ(loops(16, Reductions::kept), 1);
  EXPECT_EQ(loops(15, Reductions::kept), 0);
  EXPECT_EQ(loops(16, Reductions::unrolled), 0);
}

TEST(UnrollFully, KeepsLoopsThatMakeCoordinatesOrMessages) {
  // Their registers are few, and coordinates cannot be spilled.
  ir::Module module =
      kernel("tensor u: f64[16, 16] sparse; tensor x: f64[8];", "for i in 0..8 { x[i] = laplace(place(u, 1, i)); }");
  unroll_fully(module, Reductions::unrolled);
  EXPECT_THAT(text_of(module), HasSubstr("trip 8"));
}

TEST(Vectorize, TakesSixteenElementsAtOnceAndTheRemainderOneByOne) {
  ir::Module module = kernel("tensor x: f32[100]; tensor y: f32[100];", "for i in 0..100 { y[i] = x[i] + y[i]; }");
  vectorize(module, kMachine);
  const std::string text = text_of(module);
  EXPECT_THAT(text, HasSubstr("trip 6"));
  EXPECT_THAT(text, HasSubstr("f32x16 = add"));
  EXPECT_EQ(count(module, ir::OpKind::store), 1u + 4u) << text;
}

TEST(Vectorize, KeepsALoopWhoseIterationReadsThePreviousOnesStore) {
  ir::Module module = kernel("tensor x: i32[100];", "for i in 1..100 { x[i] = x[i - 1] + x[i]; }");
  vectorize(module, kMachine);
  EXPECT_EQ(vectors(module), 0u) << text_of(module);
}

TEST(Vectorize, TakesALoopWhoseDependenceDistanceExceedsAVector) {
  ir::Module module = kernel("tensor x: i32[100];", "for i in 16..96 { x[i] = x[i - 16] + x[i]; }");
  vectorize(module, kMachine);
  EXPECT_GT(vectors(module), 0u);
}

TEST(Vectorize, KeepsTheOrderOfASequentialSum) {
  ir::Module module =
      kernel("tensor x: f32[64]; tensor y: f32[1];", "var s = 0.0f32; for i in 0..64 { s += x[i]; } y[0] = s;");
  vectorize(module, kMachine);
  EXPECT_EQ(vectors(module), 0u);
}

TEST(Unroll, GivesASumEnoughPartialResultsToHideItsLatency) {
  ir::Module module = kernel("tensor x: f32[4096]; tensor y: f32[1];", "y[0] = sum(i in 0..4096) x[i];");
  vectorize(module, kMachine);
  unroll(module, kMachine);
  std::size_t most = 0;
  for (const ir::Node& node : module.body)
    if (node.loop() != nullptr) most = std::max(most, node.loop()->carried.size());
  EXPECT_GE(most, 4u) << text_of(module);
}

TEST(Jam, SharesALoadBetweenIterationsOfTheOuterLoop) {
  const std::string items = "tensor a: f32[64, 64]; tensor x: f32[64]; tensor y: f32[64];";
  const std::string rows = "for i in 0..64 { y[i] = sum(j in 0..64) (a[i, j] * x[j]); }";
  ir::Module module = kernel(items, rows);
  jam(module, kMachine);
  simplify(module);
  EXPECT_EQ(count(module, ir::OpKind::load), 4u + 1u) << text_of(module);  // four rows, one x; no rows remain
}

TEST(Jam, RunsTheRowsOfSeveralInnerLoopsTogether) {
  ir::Module module =
      kernel("tensor a: f32[3, 64]; tensor y: f32[3, 64];",
             "for i in 0..3 { let s = sum(j in 0..64) a[i, j]; for j in 0..64 { y[i, j] = a[i, j] * s; } }");
  jam(module, kMachine);
  std::size_t loops = 0, most = 0;
  for (const ir::Node& node : module.body.front().loop()->body)
    if (node.loop() != nullptr) ++loops, most = std::max(most, node.loop()->body.size());
  EXPECT_EQ(loops, 2u) << "one for the sums and one for the products of both rows";
  EXPECT_EQ(most, 6u) << text_of(module);  // load, product and store of two rows
  EXPECT_EQ(module.body.size(), 2u) << "the third row follows";
}

TEST(Jam, KeepsALoopWhoseIterationsTouchTheSamePlace) {
  ir::Module module = kernel("tensor a: f32[64, 64]; tensor x: f32[64]; tensor y: f32[1];",
                             "for i in 0..64 { y[0] = y[0] + sum(j in 0..64) (a[i, j] * x[j]); }");
  const std::string before = text_of(module);
  jam(module, kMachine);
  EXPECT_EQ(text_of(module), before);
}

TEST(SpreadFloats, AddsThePartialSumsOfALoopWhereTheyAre) {
  ir::Module module = kernel("tensor n: i64[1]; tensor i: i32[64]; tensor x: f32[64]; tensor y: f32[1];",
                             "y[0] = sum(k in 0..n[0]) x[i[k]];");
  unroll(module, kMachine);
  spread_floats(module);
  simplify(module);
  EXPECT_EQ(count(module, ir::OpKind::extract), 1u) << text_of(module);
}

TEST(SpreadFloats, KeepsAChainOfDoublesInAVector) {
  const std::string items = "tensor x: f64[64]; tensor y: f64[64];";
  ir::Module chain = kernel(items, "var s = 0.0; for i in 0..64 { s = s * 0.5 + x[i]; } y[0] = s;");
  simplify(chain);
  spread_floats(chain);
  const ir::Loop& loop = *std::find_if(chain.body.begin(), chain.body.end(), [](const ir::Node& node) {
                            return node.loop() != nullptr;
                          })->loop();
  EXPECT_TRUE(std::none_of(loop.body.begin(), loop.body.end(), [](const ir::Node& node) {
    return node.op()->type == ir::Type::f64 && node.op()->kind != ir::OpKind::load;
  })) << text_of(chain);
  for (const std::string body :
       {"for i in 0..64 { y[i] = x[i] * 0.5; }", "var s = 0.0; for i in 0..64 { s = s * 0.5 + x[i]; y[i] = s; }"}) {
    ir::Module other = kernel(items, body);
    simplify(other);
    spread_floats(other);
    EXPECT_EQ(vectors(other), 0u) << "every result passes through an r-register: " << text_of(other);
  }
}

TEST(ClearLanesByMasks, TurnsAChoiceAgainstZeroIntoAMaskThatIsMadeOnce) {
  for (const std::string choice : {"select(m, x[i:16], spread(0.0f32))", "select(m, spread(0.0f32), x[i:16])"}) {
    ir::Module module = kernel("tensor x: f32[64]; tensor y: f32[64];",
                               "let m = iota() > 3; for i in 0..64 step 16 { y[i:16] = " + choice + "; }");
    simplify(module);
    clear_lanes_by_masks(module);
    const ir::Loop& loop = *module.body.back().loop();
    const auto is = [](ir::OpKind kind) { return [kind](const ir::Node& node) { return node.op()->kind == kind; }; };
    EXPECT_TRUE(std::none_of(loop.body.begin(), loop.body.end(), is(ir::OpKind::select))) << text_of(module);
    EXPECT_TRUE(std::any_of(loop.body.begin(), loop.body.end(), is(ir::OpKind::bit_and))) << text_of(module);
  }
}

TEST(ClearLanesByMasks, MakesAMaskThatChangesOnlyForSeveralChoices) {
  const std::string choice = "select(x[i:16] > 3, x[i:16], spread(0i32))";
  ir::Module one =
      kernel("tensor x: i32[64]; tensor y: i32[64];", "for i in 0..64 step 16 { y[i:16] = " + choice + "; }");
  simplify(one);
  clear_lanes_by_masks(one);
  EXPECT_EQ(count(one, ir::OpKind::bit_and), 0u) << text_of(one);
  ir::Module two = kernel("tensor x: i32[64]; tensor z: i32[64]; tensor y: f64[64];",
                          "for i in 0..64 step 16 { let m = x[i:16] > 3; z[i:16] = select(m, x[i:16], spread(0i32)); "
                          "x[i:16] = select(m, z[i:16], spread(0i32)); }");
  simplify(two);
  clear_lanes_by_masks(two);
  EXPECT_EQ(count(two, ir::OpKind::bit_and), 2u) << text_of(two);
  EXPECT_EQ(count(two, ir::OpKind::select), 1u) << text_of(two);
}

TEST(InsertPrefetches, PrefetchesDataThatExceedTheNearCaches) {
  const std::string copy = "for i in 0..n { y[i] = x[i]; }";
  ir::Module small = kernel("param n = 1024; tensor x: f32[n]; tensor y: f32[n];", copy);
  insert_prefetches(small, kMachine);
  EXPECT_EQ(count(small, ir::OpKind::prefetch), 0u);
  ir::Module large = kernel("param n = 8388608; tensor x: f32[n]; tensor y: f32[n];", copy);
  insert_prefetches(large, kMachine);
  EXPECT_EQ(count(large, ir::OpKind::prefetch), 2u) << text_of(large);
}

TEST(SpreadFloats, MovesTheFloatsOfALoopIntoVectorRegisters) {
  ir::Module module = kernel("tensor x: f32[64];", "var s = 0.0f32; for i in 0..64 { s = s + x[i]; x[i] = s; }");
  spread_floats(module);
  const std::string text = text_of(module);
  EXPECT_THAT(text, HasSubstr("f32x16 = add"));
  EXPECT_THAT(text, Not(HasSubstr("f32 = add")));
}

TEST(ChooseByExtrema, ReplacesAChoiceOfTheGreaterByAMaximum) {
  ir::Module module = kernel("tensor x: f32[2];", "x[0] = x[0] > x[1] ? x[0] : x[1];");
  simplify(module);
  choose_by_extrema(module);
  EXPECT_EQ(count(module, ir::OpKind::max), 1u) << text_of(module);
}

/// y[0] after the words of the tier.
float run(const std::string& text, unsigned level, std::int64_t x) {
  Options options;
  options.level = level;
  options.machine = kMachine;
  auto compiled = compile("k.phx", text, options);
  EXPECT_TRUE(compiled.ok()) << (compiled.ok() ? "" : compiled.error().message());
  exec::Machine machine;
  auto tensors = study::programs::MappedTensors::map(machine, compiled->tensors);
  EXPECT_TRUE(tensors.ok());
  std::memcpy(tensors->bytes()[0].data(), &x, sizeof x);
  const auto valid = isa::ValidProgram::make(compiled->program);
  EXPECT_TRUE(valid.ok());
  EXPECT_EQ(exec::Interpreter(*valid).run(machine, machine.spawn()), exec::Status::halted);
  float y = 0;
  std::memcpy(&y, tensors->bytes()[1].data(), sizeof y);
  return y;
}

TEST(Convert, RoundsAnI64ToF32ByWayOfF64AtEveryStage) {
  // Rounded once, the result would be 2^60 + 2^37. The nearest f64 is a tie, which rounds to 2^60.
  constexpr std::int64_t kBetween = (std::int64_t{1} << 60) + (std::int64_t{1} << 36) + 1;
  constexpr float kRoundedTwice = 0x1p60F;
  const std::string items = "tensor x: i64[1]; tensor y: f32[1];";
  const std::string text = items + "\nkernel main() { y[0] = f32(x[0]); }\n";
  for (unsigned level = 0; level < 4; ++level) EXPECT_EQ(run(text, level, kBetween), kRoundedTwice) << level;
  const std::string folded = items + "\nkernel main() { y[0] = f32(" + std::to_string(kBetween) + "i64); }\n";
  EXPECT_EQ(run(folded, 0, 0), kRoundedTwice);
  const ir::Module module = language::module_of(text);
  ir::Memory memory = ir::make_memory(module);
  std::memcpy(memory[0].bytes.data(), &kBetween, sizeof kBetween);
  ASSERT_TRUE(ir::evaluate(module, memory).ok());
  float y = 0;
  std::memcpy(&y, memory[1].bytes.data(), sizeof y);
  EXPECT_EQ(y, kRoundedTwice);
}

}  // namespace
}  // namespace vtpu::compiler::passes
