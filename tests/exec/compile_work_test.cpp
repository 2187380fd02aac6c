// Does compiling take near-linear work for every shape of program, and does it keep to its budget? Work is counted, not
// timed.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "both_engines.h"

namespace vtpu::exec {
namespace {

using isa::Op;
using isa::Opcode;
using isa::Program;
using isa::Word;

Op op_of(Opcode opcode, std::uint8_t d = 0, std::uint8_t a = 0, std::uint8_t b = 0) {
  Op op;
  op.opcode = opcode, op.d = d, op.a = a, op.b = b;
  return op;
}
Op with_immediate(Op op, std::size_t imm, bool flag = true) {
  op.imm = static_cast<std::int64_t>(imm);
  op.flags = flag ? Op::kImmediate : 0;
  return op;
}
Op branch(Opcode opcode, std::uint8_t r, std::size_t target) {
  Op op = with_immediate(op_of(opcode), target, false);
  (opcode == Opcode::dloop ? op.d : op.a) = r;
  return op;
}
Op gather(std::uint8_t r, std::uint8_t index, std::size_t disp) {
  Op op = op_of(Opcode::sgather_i64, r, 0, 0);
  op.c = index, op.disp = static_cast<std::int32_t>(disp);
  return op;
}

/// Appends to the program; the last word halts.
struct Writer {
  Program program;
  std::size_t size() const { return program.words.size(); }
  void add(const Op& dense, const Op& sparse = {}) {
    program.words.emplace_back();
    program.words.back().dense = dense, program.words.back().sparse = sparse;
  }
};

struct Shape {
  std::string name;
  std::function<void(Writer&, std::size_t)> write;
};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {
      {"independent moves in a loop",
       [](Writer& w, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i)
           w.add(with_immediate(op_of(Opcode::dmov_i64, static_cast<std::uint8_t>(i % 15)), i));
         w.add(branch(Opcode::dloop, 15, 0));
       }},
      {"values of all lengths in a loop",
       [](Writer& w, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i)
           w.add(op_of(Opcode::dadd_i64, static_cast<std::uint8_t>(i * i % 15), static_cast<std::uint8_t>(i * 7 % 15),
                       static_cast<std::uint8_t>(i * i * i % 13)));
         w.add(branch(Opcode::dloop, 15, 0));
       }},
      {"nested loops",
       [](Writer& w, std::size_t n) {
         for (std::size_t i = 0; i < n / 2; ++i) w.add(op_of(Opcode::dmov_i64, 1, 2));
         for (std::size_t i = 0; i < n / 2; ++i) w.add(branch(Opcode::dloop, 3, n / 2 - 1 - i));
       }},
      {"tiny loops",
       [](Writer& w, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i) w.add(branch(Opcode::dloop, 3, i));
       }},
      {"tiny loops with accesses",
       [](Writer& w, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i) w.add(branch(Opcode::dloop, 3, i), gather(4, 5, i));
       }},
      {"side exits in a loop",
       [](Writer& w, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i) w.add(op_of(Opcode::dmov_i64, 5, 6), gather(4, 5, i));
         w.add(branch(Opcode::dloop, 3, 0));
       }},
      {"side exits in straight words",
       [](Writer& w, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i) w.add(op_of(Opcode::dmov_p, 0, 1), gather(4, 5, i));
       }},
      {"hoisted accesses",
       [](Writer& w, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i) w.add({}, gather(4, static_cast<std::uint8_t>(5 + i % 8), i));
         w.add(branch(Opcode::dloop, 3, 0));
       }},
      {"labels",
       [](Writer& w, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i) w.add(branch(Opcode::dbr_nz, 1, n - 1 - i));
       }},
      {"branches to one word",
       [](Writer& w, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i) w.add(branch(Opcode::dbr_z, 1, n));
       }},
      {"called words",
       [](Writer& w, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i) w.add({}, op_of(Opcode::sdedup, 1, 1));
       }},
  };
  return all;
}

isa::ValidProgram shaped(const Shape& shape, std::size_t n) {
  Writer writer;
  shape.write(writer, n);
  writer.add(op_of(Opcode::dhalt));
  return valid(std::move(writer.program));
}

TEST(CompileWork, GrowsNearLinearlyForEveryShapeOfProgram) {
  if (!jit::host_form()) GTEST_SKIP() << "this processor has neither AVX-512 nor AVX2";
  constexpr std::size_t kWords = 1 << 12;
  for (const Shape& shape : shapes()) {
    const isa::ValidProgram small = shaped(shape, kWords), large = shaped(shape, 4 * kWords);
    const auto one = jit::NativeEngine::compile(small, {.form = jit::Form::avx2});
    const auto four = jit::NativeEngine::compile(large, {.form = jit::Form::avx2});
    ASSERT_TRUE(one && four) << shape.name;
    const auto steps = [](const auto& engine) { return static_cast<double>(engine->report().steps); };
    EXPECT_GT(steps(one), kWords) << shape.name;
    EXPECT_LT(steps(four), 4.5 * steps(one)) << shape.name;
    EXPECT_LT(steps(four), 128 * 4 * kWords) << shape.name;
    EXPECT_LT(four->report().code_bytes, 4.5 * static_cast<double>(one->report().code_bytes)) << shape.name;
  }
}

TEST(CompileWork, BeyondItsBudgetIsAnErrorThatNamesTheInterpreter) {
  if (!jit::host_form()) GTEST_SKIP() << "this processor has neither AVX-512 nor AVX2";
  for (const Shape& shape : shapes()) {
    const isa::ValidProgram program = shaped(shape, 1000);
    const std::uint64_t needed = jit::NativeEngine::compile(program).value().report().steps;
    EXPECT_TRUE(jit::NativeEngine::compile(program, {.most_steps = needed})) << shape.name;
    for (const std::uint64_t most : {std::uint64_t{1}, needed / 2, needed - 1}) {
      const auto refused = jit::NativeEngine::compile(program, {.most_steps = most});
      ASSERT_FALSE(refused) << shape.name;
      EXPECT_NE(refused.error().message().find("the interpreter runs any program"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace vtpu::exec
