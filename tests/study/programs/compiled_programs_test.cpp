#include "vtpu/kernels/programs/program.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/study/baselines/peers.h"
#include "vtpu/study/baselines/references.h"
#include "vtpu/study/programs/program_run.h"

namespace vtpu::kernels {
namespace {

using study::programs::ProgramRun;
using By = study::engines::Runnable::By;

constexpr std::uint64_t kSeed = 7;

compiler::Options tier(unsigned level) {
  return {.level = level,
          .parameters = {},
          .machine = compiler::MachineModel::reference(),
          .pipeline = true,
          .allocate = false};
}

Parameters twice(Parameters parameters) {
  parameters["repeat"] = 2;
  return parameters;
}

class EachProgram : public testing::TestWithParam<std::string> {
 protected:
  const CompiledProgram& program() const { return *find_program(GetParam()); }

  void expect_right(unsigned level, By by) const {
    const Parameters parameters = twice(program().small);
    auto run = ProgramRun::compiled(program(), parameters, tier(level), by);
    ASSERT_TRUE(run.ok()) << run.error().message();
    const auto right = study::programs::check(program(), parameters, *run, kSeed, reference_of(program().name));
    EXPECT_TRUE(right.ok()) << "tier " << level << ": " << right.error().message();
  }
};

TEST_P(EachProgram, equals_its_reference_by_the_interpreter_at_tier_0_and_3) {
  expect_right(0, By::interpreter);
  expect_right(3, By::interpreter);
}

TEST_P(EachProgram, equals_its_reference_by_the_native_engine_at_every_tier) {
  if (!exec::jit::host_form()) GTEST_SKIP() << "this processor has no native engine";
  for (unsigned level = 0; level <= 3; ++level) expect_right(level, By::native);
}

TEST_P(EachProgram, gives_the_same_bytes_in_a_second_run_on_refilled_tensors) {
  auto run = ProgramRun::compiled(program(), twice(program().small), tier(3), By::interpreter);
  ASSERT_TRUE(run.ok()) << run.error().message();
  std::vector<std::vector<std::byte>> first;
  for (int k = 0; k < 2; ++k) {
    run->fill(kSeed);
    ASSERT_TRUE(run->run().ok());
    std::size_t number = 0;
    for (const auto& tensor : run->tensors()) {
      const std::vector<std::byte> bytes(tensor.begin(), tensor.end());
      if (k == 0)
        first.push_back(bytes);
      else
        EXPECT_TRUE(bytes == first[number++]);
    }
  }
}

TEST_P(EachProgram, takes_the_number_of_bytes_that_its_sizes_require) {
  constexpr double kKiB = 1024, kMiB = 1024 * kKiB;
  for (const auto& [level, parameters] : program().sizes) {
    const auto made = [&, &values = parameters] {
      compiler::Options options = tier(0);
      options.parameters = values;
      return compiler::compile(program().name, program().source, options);
    }();
    ASSERT_TRUE(made.ok()) << made.error().message();
    double bytes = 0;
    for (const auto& tensor : made->tensors)
      if (tensor.role == compiler::ir::Tensor::Role::mapped) bytes += static_cast<double>(tensor.bytes());
    SCOPED_TRACE(std::string(level) + ": " + std::to_string(bytes) + " bytes");
    if (level == "L1") {
      EXPECT_LE(bytes, 24 * kKiB);
    } else if (program().name == "ring") {
      EXPECT_EQ(bytes, 32);  // its data cannot grow
    } else if (level == "L2") {
      EXPECT_GE(bytes, 256 * kKiB);
      EXPECT_LE(bytes, 512 * kKiB);
    } else {
      EXPECT_EQ(level, "memory");
      EXPECT_GE(bytes, 32 * kMiB);
      EXPECT_LE(bytes, 128 * kMiB);
    }
    EXPECT_GT(program().flop(complete(program(), parameters)), 0);
    EXPECT_GT(program().bytes(complete(program(), parameters)), 0);
  }
}

class EachProgramByHand : public EachProgram {};

TEST_P(EachProgramByHand, equals_its_reference) {
  for (const By by : {By::interpreter, By::native}) {
    if (by == By::native && !exec::jit::host_form()) continue;
    const Parameters parameters = twice(program().sizes[0].parameters);
    auto run = ProgramRun::by_hand(program(), parameters, by);
    ASSERT_TRUE(run.ok()) << run.error().message();
    const auto right = study::programs::check(program(), parameters, *run, kSeed, reference_of(program().name));
    EXPECT_TRUE(right.ok()) << right.error().message();
  }
}

TEST_P(EachProgram, equals_other_libraries_and_other_compilers_references) {
  const Parameters parameters = twice(program().small);
  const auto run = ProgramRun::compiled(program(), parameters, tier(0), By::interpreter);
  ASSERT_TRUE(run.ok()) << run.error().message();
  study::programs::ReferenceRun wanted(program(), parameters, run->shapes());
  wanted.fill(kSeed);
  for (int k = 0; k < 2; ++k) wanted.run(reference_of(program().name));

  std::vector<ReferenceFunction> others = {study::baselines::eigen_peer(program().name),
                                           study::baselines::openblas_peer(program().name)};
  for (const study::baselines::Baseline& level : study::baselines::kReferenceLevels) {
    const auto loaded = study::baselines::load_references(level);
    if (!loaded) {
      EXPECT_EQ(level.compiler, study::baselines::Compiler::clang)
          << loaded.error().message();  // the build may not have found clang
      continue;
    }
    others.push_back(loaded->find(program().name));
    EXPECT_NE(others.back(), nullptr) << level.name;
  }
  for (const ReferenceFunction other : others) {
    if (other == nullptr) continue;
    study::programs::ReferenceRun got(program(), parameters, run->shapes());
    got.fill(kSeed);
    for (int k = 0; k < 2; ++k) got.run(other);
    const auto same = study::programs::compare(program(), parameters, run->shapes(), got.tensors(), wanted.tensors());
    EXPECT_TRUE(same.ok()) << same.error().message();
  }
}

std::vector<std::string> names(bool by_hand_only) {
  std::vector<std::string> found;
  for (const auto& list : {programs(), unseen_programs(), geometry_programs()})
    for (const CompiledProgram& program : list)
      if (!by_hand_only || program.by_hand != nullptr) found.emplace_back(program.name);
  return found;
}

INSTANTIATE_TEST_SUITE_P(Programs, EachProgram, testing::ValuesIn(names(false)),
                         [](const auto& made) { return made.param; });
INSTANTIATE_TEST_SUITE_P(Programs, EachProgramByHand, testing::ValuesIn(names(true)),
                         [](const auto& made) { return made.param; });

TEST(Programs, have_unique_names_and_repeat_as_their_last_param) {
  std::set<std::string_view> seen;
  for (const auto& list : {programs(), unseen_programs(), geometry_programs()})
    for (const CompiledProgram& program : list) {
      EXPECT_TRUE(seen.insert(program.name).second) << program.name;
      EXPECT_EQ(parameters_of(program.source).back().first, "repeat") << program.name;
      EXPECT_EQ(find_program(program.name), &program);
    }
  EXPECT_GE(programs().size(), 24U);
  EXPECT_GE(unseen_programs().size(), 10U);
  EXPECT_EQ(find_program("nothing"), nullptr);
}

TEST(Programs, comparison_names_the_tensor_and_the_element_with_the_largest_difference) {
  const CompiledProgram& program = *find_program("axpy");
  const Parameters parameters = twice(program.small);
  const auto run = ProgramRun::compiled(program, parameters, tier(0), By::interpreter);
  ASSERT_TRUE(run.ok()) << run.error().message();
  study::programs::ReferenceRun one(program, parameters, run->shapes()), other(program, parameters, run->shapes());
  one.fill(kSeed);
  other.fill(kSeed);
  reinterpret_cast<float*>(other.tensors()[2].data())[17] += 0.5F;
  const auto same = study::programs::compare(program, parameters, run->shapes(), other.tensors(), one.tensors());
  ASSERT_FALSE(same.ok());
  EXPECT_NE(same.error().message().find("y[17]"), std::string::npos) << same.error().message();
}

}  // namespace
}  // namespace vtpu::kernels
