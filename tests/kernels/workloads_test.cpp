#include "vtpu/kernels/workloads.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/validator.h"
#include "vtpu/runtime/scheduler.h"

namespace vtpu::kernels {
namespace {

/// The sentrons of a workload after a run.
struct Ran {
  exec::Machine machine;

  /// Of all sentrons together.
  exec::Retired retired() const {
    exec::Retired sum;
    for (const auto& sentron : machine.sentrons()) {
      sum.words += sentron->retired.words;
      sum.control += sentron->retired.control;
      for (std::size_t slot = 0; slot < 3; ++slot) sum.ops[slot] += sentron->retired.ops[slot];
    }
    return sum;
  }
};

std::unique_ptr<Ran> run(const Workload& workload, std::uint64_t iterations, std::uint64_t seed) {
  auto program = isa::ValidProgram::make(workload.make(iterations, seed));
  EXPECT_TRUE(program.ok()) << (program.ok() ? "" : program.error().message());
  auto ran = std::make_unique<Ran>();
  const exec::Interpreter interpreter(program.value());
  for (unsigned i = 0; i < kSentrons; ++i) ran->machine.spawn();
  const auto summary =
      runtime::CooperativeScheduler(ran->machine, std::vector<const exec::Engine*>(kSentrons, &interpreter)).run();
  EXPECT_EQ(summary.deadlock, "");
  for (const auto& sentron : ran->machine.sentrons())
    EXPECT_EQ(sentron->status, exec::Status::halted) << sentron->trap.message();
  return ran;
}

/// An interpreter that adds up the bytes of accesses to memory.
class Counting final : public exec::Engine {
 public:
  explicit Counting(const isa::ValidProgram& program) : interpreter_(program) {}
  exec::Status run(exec::Machine& machine, exec::Context& context) const override {
    return interpreter_.run_observed(machine, context,
                                     [&](const exec::MemoryAccess& access) { bytes += access.bytes; });
  }
  const isa::Program& program() const override { return interpreter_.program(); }

  mutable std::uint64_t bytes = 0;

 private:
  exec::Interpreter interpreter_;
};

class EachWorkload : public testing::TestWithParam<Workload> {};

TEST_P(EachWorkload, leaves_in_memory_what_its_scalar_reference_computes) {
  for (const std::uint64_t seed : {1U, 7U}) {
    const auto reference = GetParam().reference(seed);
    for (const std::uint64_t iterations : {1U, 2U, 5U}) {
      reference->run(iterations == 1 ? 1 : iterations == 2 ? 1 : 3);
      EXPECT_TRUE(holds(run(GetParam(), iterations, seed)->machine.memory(), reference->image()))
          << iterations << " iterations, seed " << seed;
    }
  }
}

TEST_P(EachWorkload, differs_for_another_number_of_iterations_and_for_other_data) {
  const auto ran = run(GetParam(), 2, 1);
  const auto other_data = GetParam().reference(2);
  other_data->run(2);
  EXPECT_FALSE(holds(ran->machine.memory(), other_data->image()));
  auto image = GetParam().reference(1)->image();
  EXPECT_FALSE(holds(ran->machine.memory(), image));
}

TEST_P(EachWorkload, retires_the_stated_number_of_ops_per_iteration) {
  const auto one = run(GetParam(), 1, 1);
  const auto three = run(GetParam(), 3, 1);
  const auto per_iteration = [&](auto of) {
    return static_cast<double>(of(three->retired()) - of(one->retired())) / 2;
  };
  EXPECT_EQ(per_iteration([](const exec::Retired& r) { return r.total(); }), GetParam().ops);
  EXPECT_EQ(per_iteration([](const exec::Retired& r) { return r.control; }), GetParam().control);
  EXPECT_EQ(per_iteration([](const exec::Retired& r) { return r.words; }), GetParam().words);
}

TEST_P(EachWorkload, moves_the_stated_number_of_bytes) {
  const auto bytes = [](std::uint64_t iterations) {
    auto program = isa::ValidProgram::make(GetParam().make(iterations, 1));
    const Counting counting(program.value());
    exec::Machine machine;
    for (unsigned i = 0; i < kSentrons; ++i) machine.spawn();
    runtime::CooperativeScheduler(machine, std::vector<const exec::Engine*>(kSentrons, &counting)).run();
    return counting.bytes;
  };
  EXPECT_EQ(static_cast<double>(bytes(2) - bytes(1)), GetParam().bytes);
}

TEST_P(EachWorkload, is_the_same_program_after_a_round_trip_through_text) {
  const isa::Program program = GetParam().make(3, 1);
  const auto read = isa::assemble(isa::disassemble(program), program.name);
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(read.value(), program);
}

std::vector<Workload> all() {
  const auto ten = workloads();
  std::vector<Workload> result(ten.begin(), ten.end());
  for (const Workload& workload : sending_workloads()) result.push_back(workload);
  return result;
}
INSTANTIATE_TEST_SUITE_P(Kernels, EachWorkload, testing::ValuesIn(all()),
                         [](const auto& instance) { return std::string(instance.param.name); });

/// The text from the brace at `open` to the one that closes it.
std::string block_at(const std::string& text, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
    if (depth == 0) return text.substr(open, at - open + 1);
  }
  return "";
}

/// Assignments to members in the loops of the `work` of the references in a source.
std::vector<std::string> members_written_in_the_loop(const std::string& source) {
  static const std::regex kWritten(R"((\w+_)(\[[^\]]*\])*(\.lane\[[^;]*\]|\.begin\(\)\))? *[-+^|&]?=[^=])");
  static const std::regex kCopied(R"(memcpy\(&(\w+_)\b)");
  std::vector<std::string> found;
  for (std::size_t at = source.find("void work()"); at != std::string::npos; at = source.find("void work()", at + 1)) {
    const std::string work = block_at(source, source.find('{', at));
    const std::size_t loop = work.find("for (std::uint64_t n = 0;");
    if (loop == std::string::npos) continue;
    const std::string body = block_at(work, work.find('{', loop));
    for (const std::regex& write : {kWritten, kCopied})
      for (std::sregex_iterator one(body.begin(), body.end(), write), end; one != end; ++one)
        found.push_back((*one)[1]);
  }
  return found;
}

TEST(Workloads, no_reference_writes_a_final_register_in_its_loop) {
  // Only the last write of a register is part of the answer. A competent programmer keeps it in a local variable.
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(VTPU_ROOT) / "src/vtpu/kernels/workloads"))
    EXPECT_EQ(members_written_in_the_loop(*read_file(entry.path())), std::vector<std::string>{}) << entry.path();
  EXPECT_EQ(members_written_in_the_loop("void work() { for (std::uint64_t n = 0; n < kRounds; ++n) {\n"
                                        "  buffers_[k % 4].lane[k / 4 % 4] = sums_[k];\n  checksum_ += place;\n"
                                        "  std::memcpy(&echo_, &scaled[4], 8);\n  local += sums_[k] == 1;\n}}"),
            (std::vector<std::string>{"buffers_", "checksum_", "echo_"}));
}

TEST(Workloads, are_ten_with_unique_names) {
  std::set<std::string_view> names;
  for (const Workload& workload : workloads()) names.insert(workload.name);
  EXPECT_EQ(names.size(), 10U);
}

}  // namespace
}  // namespace vtpu::kernels
