#include "vtpu/analysis/liveness.h"

#include <gtest/gtest.h>

#include "vtpu/exec/interpreter.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/random_program.h"
#include "vtpu/kernels/workloads.h"
#include "vtpu/runtime/scheduler.h"

namespace vtpu::analysis {
namespace {

using isa::Slot;

constexpr std::uint64_t kFuel = 1 << 20;
constexpr const char* kRegion = R"(.coord first = 1.1.1/1.1.1/1.1.1/1.1
.coord last = 1.1.1/1.1.1/1.1.1/1.64
  dmov.coord p0, first
  dmov.coord p1, last
  salloc r1, p0, p1, column, cell=64, layout=row_major
)";

isa::ValidProgram program_of(const std::string& text) {
  return isa::ValidProgram::make(isa::assemble(text, "test").value()).value();
}

struct Traced {
  isa::ValidProgram program;
  Liveness found;

  /// How many executions of the op in this slot were live, counted from the end of the program. 0 is the last word.
  OpLiveness from_end(std::size_t words, Slot slot) const {
    const auto& all = found.words.at(0);
    return all[all.size() - 1 - words][static_cast<std::size_t>(slot)];
  }
};

Traced trace_of(const std::string& text, EndState end = EndState::memory) {
  Traced traced{program_of(text), {}};
  exec::Machine machine;
  ExecutionTrace trace;
  EXPECT_EQ(trace.run(traced.program.get(), machine, machine.spawn(kFuel)), exec::Status::halted);
  traced.found = trace.liveness(end);
  return traced;
}

TEST(Liveness, an_op_is_live_if_a_store_that_remains_uses_its_result) {
  const Traced traced = trace_of(std::string(kRegion) + R"(
  dmov.i64 r2, #5
  dmov.i64 r3, #6
  sscattr.i64 r2, [p0 + 0]
  dhalt
)");
  EXPECT_EQ(traced.from_end(3, Slot::D).live, 1U);  // r2
  EXPECT_EQ(traced.from_end(2, Slot::D).live, 0U);  // r3
  EXPECT_EQ(traced.from_end(1, Slot::S).live, 1U);
}

TEST(Liveness, registers_at_the_end_count_if_the_caller_sees_them) {
  const char* const text = "  dmov.i64 r2, #5\n  dmov.i64 r2, #6\n  dhalt\n";
  EXPECT_EQ(trace_of(text).found.total().live, 0U);
  const Traced seen = trace_of(text, EndState::memory_and_registers);
  EXPECT_EQ(seen.from_end(2, Slot::D).live, 0U);  // overwritten
  EXPECT_EQ(seen.from_end(1, Slot::D).live, 1U);
}

TEST(Liveness, what_only_dead_ops_use_is_dead) {
  const Traced traced = trace_of("  dmov.i64 r2, #5\n  dadd.i64 r3, r2, #1\n  dadd.i64 r4, r3, #1\n  dhalt\n");
  EXPECT_EQ(traced.found.total().executed, 3U);
  EXPECT_EQ(traced.found.total().live, 0U);
}

TEST(Liveness, what_a_branch_reads_is_live_and_the_branch_does_not_count) {
  const Traced traced = trace_of("  dmov.i64 r2, #3\nagain:\n  dmov.i64 r3, #1\n  dloop r2, again\n  dhalt\n");
  EXPECT_EQ(traced.from_end(3, Slot::D).live, 1U);
  EXPECT_EQ(traced.from_end(2, Slot::D).dead(), 3U);
  EXPECT_EQ(traced.from_end(1, Slot::D).executed, 0U);
}

TEST(Liveness, a_store_that_is_overwritten_before_it_is_read_is_dead) {
  const auto text = [](const char* between) {
    return std::string(kRegion) + "  dmov.i64 r2, #5 | sscattr.i64 r1, [p0 + 8]\n" + between +
           "  sscattr.i64 r2, [p0 + 8]\n  sscattr.i64 r4, [p0 + 64]\n  dhalt\n";
  };
  EXPECT_EQ(trace_of(text("  dmov.i64 r4, #0\n")).from_end(4, Slot::S).live, 0U);
  // A narrower read of one of its bytes is enough, if its result is used.
  EXPECT_EQ(trace_of(text("  sgather.i8 r4, [p0 + 15]\n")).from_end(4, Slot::S).live, 1U);
  EXPECT_EQ(trace_of(text("  sgather.i8 r5, [p0 + 15]\n")).from_end(4, Slot::S).live, 0U);
}

TEST(Liveness, a_result_that_is_computed_again_is_live_if_the_caller_sees_it_each_time) {
  const isa::ValidProgram program = program_of(std::string(kRegion) +
                                               "  dmov.i64 r2, #3\nagain:\n  sscattr.i64 r1, [p0 + 0]\n"
                                               "  dloop r2, again\n  dhalt\n");
  exec::Machine machine;
  ExecutionTrace trace;
  trace.run(program.get(), machine, machine.spawn(kFuel));
  const auto stores = [&](std::optional<std::uint32_t> seen) {
    return trace.liveness(EndState::memory, seen).words.at(0)[4][1].live;
  };
  EXPECT_EQ(stores({}), 1U);
  EXPECT_EQ(stores(5), 3U);
}

TEST(Liveness, a_buffer_that_is_packed_again_before_it_is_read_hides_the_first_pack_of_that_lane_only) {
  const Traced traced = trace_of(std::string(kRegion) + R"(
  dmov.i64 r2, #5 | nop | cpack.i64 m0, 0, r1
  nop | nop | cpack.i64 m0, 1, r1
  nop | nop | cpack.i64 m0, 0, r2
  nop | nop | cunpack.v v0, m0
  sscattr.v64 v0, [p0 + 0]
  dhalt
)");
  EXPECT_EQ(traced.from_end(5, Slot::C).live, 0U);
  EXPECT_EQ(traced.from_end(4, Slot::C).live, 1U);
  EXPECT_EQ(traced.from_end(3, Slot::C).live, 1U);
}

TEST(Liveness, a_message_is_live_if_the_receiver_uses_it) {
  constexpr const char* kSend = R"(.coord here = 1.1.1/1.1.1/1.1.1/1.1
  dmov.coord p0, here
  dmov.i64 r2, #7
  nop | nop | cpack.i64 m0, 0, r2
  nop | nop | csend m0, p0
  dhalt
)";
  const isa::ValidProgram sender = program_of(kSend);
  for (const bool used : {true, false}) {
    // The receiver runs first and waits, so that its first attempt is not recorded.
    const isa::ValidProgram receiver =
        program_of(std::string(kRegion) + "  nop | nop | crecv m1, p0\n" +
                   (used ? "  nop | nop | cunpack.i64 r3, m1, 0\n  sscattr.i64 r3, [p0 + 0]\n" : "") + "  dhalt\n");
    ExecutionTrace trace;
    exec::Machine machine;
    machine.spawn(kFuel), machine.spawn(kFuel);
    const TracingEngine first(receiver, trace), second(sender, trace);
    EXPECT_EQ(runtime::CooperativeScheduler(machine, {&first, &second}).run().deadlock, "");
    const Liveness found = trace.liveness(EndState::memory);
    EXPECT_EQ(found.words.at(1)[3][2].executed, 1U);
    EXPECT_EQ(found.words.at(1)[3][2].live, used ? 1U : 0U) << "csend";
    EXPECT_EQ(found.words.at(1)[1][0].live, used ? 1U : 0U) << "the value that is sent";
    EXPECT_EQ(found.words.at(0)[3][2].executed, 1U) << "crecv";
  }
}

TEST(Liveness, a_trace_that_is_too_long_says_so) {
  const isa::ValidProgram program = program_of("  dmov.i64 r2, #9\nagain:\n  dloop r2, again\n  dhalt\n");
  for (const std::size_t most : {10U, 11U}) {
    ExecutionTrace trace(most);
    exec::Machine machine;
    EXPECT_EQ(trace.run(program.get(), machine, machine.spawn(kFuel)), exec::Status::halted);
    EXPECT_EQ(trace.complete(), most == 11);
  }
}

TEST(Liveness, a_pack_into_a_lane_that_the_receiver_does_not_use_is_dead) {
  const isa::ValidProgram sender = program_of(R"(.coord here = 1.1.1/1.1.1/1.1.1/1.1
  dmov.coord p0, here
  dmov.i64 r2, #7
  nop | nop | cpack.i64 m0, 0, r2
  nop | nop | cpack.i64 m0, 1, r2
  nop | nop | csend m0, p0
  nop | nop | cpack.i64 m0, 0, r2
  dhalt
)");
  for (const char* receive : {"crecv", "crecv.try"}) {
    const isa::ValidProgram receiver = program_of(std::string(kRegion) + "  nop | nop | " + receive + R"( m1, p0
  nop | nop | cunpack.i64 r3, m1, 1
  sscattr.i64 r3, [p0 + 0]
  dhalt
)");
    ExecutionTrace trace;
    exec::Machine machine;
    machine.spawn(kFuel), machine.spawn(kFuel);
    const TracingEngine first(sender, trace), second(receiver, trace);
    EXPECT_EQ(runtime::CooperativeScheduler(machine, {&first, &second}).run().deadlock, "");
    const auto& sent = trace.liveness(EndState::memory).words.at(0);
    EXPECT_EQ(sent[2][2].live, 0U) << "lane 0";
    EXPECT_EQ(sent[3][2].live, 1U) << "lane 1";
    EXPECT_EQ(sent[4][2].live, 1U) << "csend";
    EXPECT_EQ(sent[5][2].live, 0U) << "a pack that is never sent";
  }
}

/// Executed and live ops of the sentrons of a workload.
OpLiveness ops_of(const kernels::Workload& workload, std::uint64_t iterations) {
  const auto program = isa::ValidProgram::make(workload.make(iterations, 1)).value();
  exec::Machine machine;
  ExecutionTrace trace;
  const TracingEngine engine(program, trace);
  for (unsigned i = 0; i < kernels::kSentrons; ++i) machine.spawn();
  EXPECT_EQ(runtime::CooperativeScheduler(machine, std::vector<const exec::Engine*>(kernels::kSentrons, &engine))
                .run()
                .deadlock,
            "");
  std::uint32_t last = 0;  // the word that closes the loop over iterations
  for (std::uint32_t w = 0; w < program.get().words.size(); ++w)
    if (const isa::Op& op = program.get().words[w].dense; op.opcode == isa::Opcode::dloop && op.d == 13) last = w;
  return trace.liveness(EndState::memory, last).total();
}

TEST(Liveness, every_op_of_an_iteration_of_a_workload_is_live) {
  std::vector<kernels::Workload> all(kernels::workloads().begin(), kernels::workloads().end());
  for (const kernels::Workload& workload : kernels::sending_workloads()) all.push_back(workload);
  for (const kernels::Workload& workload : all) {
    const OpLiveness two = ops_of(workload, 2), three = ops_of(workload, 3);
    EXPECT_EQ(static_cast<double>(three.executed - two.executed), workload.ops) << workload.name;
    EXPECT_EQ(static_cast<double>(three.live - two.live), workload.ops) << workload.name;
  }
}

/// The program without the ops that were dead each time. Messages stay: to remove one changes what others receive.
isa::Program without_dead(const isa::Program& program, const Liveness& found) {
  isa::Program left = program;
  for (std::size_t w = 0; w < left.words.size(); ++w)
    for (const Slot slot : {Slot::D, Slot::S, Slot::C}) {
      isa::Op& op = left.words[w].slot(slot);
      const OpLiveness& count = found.words.at(0)[w][static_cast<std::size_t>(slot)];
      if (count.executed > 0 && count.live == 0 && isa::info(op.opcode).effect != isa::Effect::messages) op = isa::Op{};
    }
  return left;
}

TEST(Liveness, random_programs_without_their_dead_ops_leave_the_same_memory_and_registers) {
  std::size_t removed = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto program =
        isa::ValidProgram::make(isa::random_program({.seed = seed, .words = 96, .faults = false})).value();
    for (const EndState end : {EndState::memory, EndState::memory_and_registers}) {
      exec::Machine machine, other;
      exec::Context& sentron = machine.spawn(kFuel);
      ExecutionTrace trace;
      ASSERT_EQ(trace.run(program.get(), machine, sentron), exec::Status::halted) << seed;
      const Liveness found = trace.liveness(end);
      removed += found.total().dead();
      const auto left = isa::ValidProgram::make(without_dead(program.get(), found));
      ASSERT_TRUE(left.ok()) << left.error().message();
      exec::Context& same = other.spawn(kFuel);
      ASSERT_EQ(exec::Interpreter(*left).run(other, same), exec::Status::halted) << seed;
      ASSERT_EQ(machine.memory().digest(), other.memory().digest()) << "seed " << seed;
      if (end == EndState::memory) continue;
      ASSERT_EQ(sentron.r, same.r) << "seed " << seed;
      ASSERT_EQ(sentron.v, same.v) << "seed " << seed;
      ASSERT_EQ(sentron.m, same.m) << "seed " << seed;
      ASSERT_EQ(sentron.sr, same.sr) << "seed " << seed;
    }
  }
  EXPECT_GT(removed, 1000U);
}

}  // namespace
}  // namespace vtpu::analysis
