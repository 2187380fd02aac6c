#include "vtpu/study/programs/run_bound.h"

#include <gtest/gtest.h>

#include "vtpu/compiler/phextcc.h"
#include "vtpu/study/programs/program_run.h"

namespace vtpu::study::programs {
namespace {

ports::PortMap reference_map() { return compiler::MachineModel::reference().ports; }

compiler::Compiled compiled(const kernels::CompiledProgram& program, const kernels::Parameters& parameters) {
  auto made = compiler::compile(program.name, program.source,
                                {.level = 3,
                                 .parameters = parameters,
                                 .machine = compiler::MachineModel::reference(),
                                 .pipeline = true,
                                 .allocate = false});
  VTPU_CHECK(made.ok(), "a program of the list compiles");
  return std::move(*made);
}

TEST(RunBound, CountsEveryRetiredOpOnce) {
  for (const char* name : {"axpy", "softmax", "gemm"}) {
    const kernels::CompiledProgram& program = *kernels::find_program(name);
    kernels::Parameters parameters = program.small;
    parameters["repeat"] = 3;
    const compiler::Compiled made = compiled(program, parameters);
    const auto bound = bound_of_run(program, parameters, made.program, made.tensors, reference_map());
    ASSERT_TRUE(bound) << bound.error().message();

    auto run = ProgramRun::compiled(program, parameters,
                                    {.level = 3,
                                     .parameters = parameters,
                                     .machine = compiler::MachineModel::reference(),
                                     .pipeline = true,
                                     .allocate = false},
                                    engines::Runnable::By::interpreter);
    ASSERT_TRUE(run) << run.error().message();
    run->fill(1);
    const auto retired = run->run();
    ASSERT_TRUE(retired) << retired.error().message();
    EXPECT_EQ(bound->ops, static_cast<double>(retired->total())) << name;
  }
}

TEST(RunBound, LeastIsBelowWhatTheLoopsTakeInTheOrderOfTheProgram) {
  for (const char* name : {"axpy", "softmax", "gemm", "fft", "argmax"}) {
    const kernels::CompiledProgram& program = *kernels::find_program(name);
    kernels::Parameters parameters = program.sizes[0].parameters;
    parameters["repeat"] = 2;
    const compiler::Compiled made = compiled(program, parameters);
    const auto bound = bound_of_run(program, parameters, made.program, made.tensors, reference_map());
    ASSERT_TRUE(bound) << bound.error().message();
    double in_order = bound->rest;
    for (const RunBound::Part& part : bound->loops) {
      EXPECT_GE(part.entries, 2) << name << ": a loop runs in each repetition";
      EXPECT_GE(part.iterations, part.entries) << name;
      in_order += part.iterations * part.prediction.cycles;
    }
    EXPECT_GT(bound->least, 0) << name;
    EXPECT_LE(bound->least, in_order) << name;
    EXPECT_FALSE(bound->least_limit.empty()) << name;
  }
}

TEST(RunBound, ALongRecurrenceLimitsTheRun) {
  const kernels::CompiledProgram& program = *kernels::find_program("dot");
  kernels::Parameters parameters = program.sizes[1].parameters;
  parameters["repeat"] = 1;
  const compiler::Compiled made = compiled(program, parameters);
  ports::PortMap slow = reference_map();
  slow.latency.fill(1000);
  const auto bound = bound_of_run(program, parameters, made.program, made.tensors, slow);
  ASSERT_TRUE(bound) << bound.error().message();
  const RunBound::Part& loop = bound->loops.front();
  ASSERT_GT(loop.iterations * loop.prediction.ops, RunBound::kWindow) << "longer than the reorder window";
  EXPECT_EQ(bound->least_limit, "recurrence");
  EXPECT_DOUBLE_EQ(bound->least,
                   (loop.iterations - RunBound::kWindow / loop.prediction.ops) * loop.prediction.recurrence);
}

TEST(RunBound, LoopsAreSortedByOpsAndDoNotExceedTheRun) {
  const kernels::CompiledProgram& program = *kernels::find_program("softmax");
  kernels::Parameters parameters = program.sizes[0].parameters;
  parameters["repeat"] = 2;
  const compiler::Compiled made = compiled(program, parameters);
  const auto bound = bound_of_run(program, parameters, made.program, made.tensors, reference_map());
  ASSERT_TRUE(bound) << bound.error().message();
  ASSERT_FALSE(bound->loops.empty());
  double share = 0, before = 1;
  for (const RunBound::Part& part : bound->loops) {
    EXPECT_GT(part.iterations, 0);
    EXPECT_EQ(part.pattern.size(), static_cast<std::size_t>(part.prediction.ops));
    EXPECT_LE(part.share, before);
    EXPECT_GE(part.share, RunBound::kLeast);
    before = part.share;
    share += part.share;
  }
  EXPECT_LE(share, 1 + 1e-9);
  EXPECT_GT(bound->rest, 0);
}

}  // namespace
}  // namespace vtpu::study::programs
