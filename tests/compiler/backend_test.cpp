#include "backend_code.h"

#include <gmock/gmock.h>

#include <cmath>

#include "vtpu/base/random.h"

namespace vtpu::compiler::backend {
namespace {

using isa::Opcode;

Tensors random_tensors(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  Tensors tensors(count, Bytes(Maker::kTensorBytes));
  for (Bytes& bytes : tensors)
    for (float& x : as<float>(bytes)) x = static_cast<float>(random.unit()) - 0.5f;
  return tensors;
}
Tensors integer_tensors(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  Tensors tensors(count, Bytes(Maker::kTensorBytes));
  for (Bytes& bytes : tensors)
    for (std::int64_t& x : as<std::int64_t>(bytes)) x = static_cast<std::int64_t>(random.next());
  return tensors;
}
MemoryReference stepping(std::uint32_t tensor, std::int64_t step, std::int64_t bytes, std::int64_t offset = 0) {
  return {tensor, true, 1, offset, step, bytes};
}
MemoryReference fixed(std::uint32_t tensor, std::int64_t offset, std::int64_t bytes) {
  return {tensor, true, 0, offset, 0, bytes};
}

/// acc += x[i]·y[i] over vectors of 16; the vector of sums goes to tensor 2. The trip count is a constant, or read from
/// tensor 3.
Code dot(std::uint64_t trip, bool at_run_time) {
  Maker make;
  const Register x = make.tensor(0), y = make.tensor(1), out = make.tensor(2), n = make.tensor(3);
  const Register i = make.number(0), acc = make.v(), a = make.v(), b = make.v();
  make.load(Opcode::sgather_v64, acc, {out, kNoRegister, 0, 64, fixed(2, 64, 64)});
  Register counter = make.r();
  if (at_run_time)
    make.load(Opcode::sgather_i64, counter, {n, kNoRegister, 0, 0, fixed(3, 0, 8)});
  else
    make.imm(Opcode::dmov_i64, counter, kNoRegister, static_cast<std::int64_t>(trip));
  make.loop(at_run_time ? 0 : trip);
  make.load(Opcode::sgather_v64, a, {x, i, 3, 0, stepping(0, 64, 64)});
  make.load(Opcode::sgather_v64, b, {y, i, 3, 0, stepping(1, 64, 64)});
  make.op(Opcode::dfma_f32x16, acc, a, b, acc);
  make.imm(Opcode::dadd_i64, i, i, 8);
  make.close(counter);
  make.store(Opcode::sscattr_v64, acc, {out, kNoRegister, 0, 0, fixed(2, 0, 64)});
  make.store(Opcode::sscattr_i64, i, {out, kNoRegister, 0, 128, fixed(2, 128, 8)});
  return make.finish();
}

TEST(Backend, ADotProductEqualsPlainCodeAtAnyTripCount) {
  for (const bool at_run_time : {false, true})
    for (std::uint64_t trip = 1; trip <= 40; ++trip) {
      Tensors tensors = random_tensors(4, trip);
      as<std::int64_t>(tensors[3])[0] = static_cast<std::int64_t>(trip);
      Tensors expected = tensors;
      for (std::size_t lane = 0; lane < 16; ++lane) {
        float sum = as<float>(expected[2])[16 + lane];
        for (std::size_t k = 0; k < trip; ++k)
          sum = std::fma(as<float>(expected[0])[16 * k + lane], as<float>(expected[1])[16 * k + lane], sum);
        as<float>(expected[2])[lane] = sum;
      }
      as<std::int64_t>(expected[2])[16] = static_cast<std::int64_t>(8 * trip);
      for (const Packing packing : kPackings)
        EXPECT_EQ(make_and_run(dot(trip, at_run_time), packing, tensors).tensors, expected)
            << trip << (at_run_time ? " at run time" : " known") << ", packing " << static_cast<int>(packing);
    }
}

/// y = a x + y over vectors, in place.
Code axpy(std::uint64_t trip) {
  Maker make;
  const Register x = make.tensor(0), y = make.tensor(1), scale = make.tensor(2);
  const Register i = make.number(0), a = make.v(), u = make.v(), w = make.v();
  make.load(Opcode::sgather_bcast, a, {scale, kNoRegister, 0, 0, fixed(2, 0, 4)});
  const Register counter = make.number(static_cast<std::int64_t>(trip));
  make.loop(trip);
  make.load(Opcode::sgather_v64, u, {x, i, 3, 0, stepping(0, 64, 64)});
  make.load(Opcode::sgather_v64, w, {y, i, 3, 0, stepping(1, 64, 64)});
  make.op(Opcode::dfma_f32x16, w, a, u, w);
  make.store(Opcode::sscattr_v64, w, {y, i, 3, 0, stepping(1, 64, 64)});
  make.imm(Opcode::dadd_i64, i, i, 8);
  make.close(counter);
  return make.finish();
}

TEST(Backend, AnUpdateInPlaceOverlapsIterationsWithoutChangingTheResult) {
  for (const std::uint64_t trip : {1, 7, 33, 100}) {
    const Tensors tensors = random_tensors(3, trip);
    Tensors expected = tensors;
    for (std::size_t k = 0; k < 16 * trip; ++k)
      as<float>(expected[1])[k] =
          std::fma(as<float>(expected[2])[0], as<float>(expected[0])[k], as<float>(expected[1])[k]);
    for (const Packing packing : kPackings) {
      const Made made = make_and_run(axpy(trip), packing, tensors);
      EXPECT_EQ(made.tensors, expected) << trip;
      if (packing == Packing::pipelined && trip == 100) {
        ASSERT_EQ(made.words.loops.size(), 1u);
        EXPECT_TRUE(made.words.loops[0].pipelined) << made.words.loops[0].reason;
        EXPECT_EQ(made.words.loops[0].initiation_interval, 3u);  // two loads and a store
        EXPECT_EQ(made.words.loops[0].res_mii, 3u);
        EXPECT_EQ(made.words.loops[0].rec_mii, 1u);
      }
    }
  }
}

/// out[i] = s, s += in[i]: a recurrence of one scalar addition.
Code prefix_sum(std::uint64_t trip) {
  Maker make;
  const Register in = make.tensor(0), out = make.tensor(1);
  const Register i = make.number(0), s = make.number(0), x = make.r();
  const Register counter = make.number(static_cast<std::int64_t>(trip));
  make.loop(trip);
  make.load(Opcode::sgather_i64, x, {in, i, 3, 0, stepping(0, 8, 8)});
  make.store(Opcode::sscattr_i64, s, {out, i, 3, 0, stepping(1, 8, 8)});
  make.op(Opcode::dadd_i64, s, s, x);
  make.imm(Opcode::dadd_i64, i, i, 1);
  make.close(counter);
  make.store(Opcode::sscattr_i64, s, {out, kNoRegister, 0, 8 * 900, fixed(1, 8 * 900, 8)});
  return make.finish();
}

TEST(Backend, AValueCarriedBetweenIterationsReachesTheNextOne) {
  for (const std::uint64_t trip : {1, 2, 3, 17, 500}) {
    const Tensors tensors = integer_tensors(2, trip);
    Tensors expected = tensors;
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < trip; ++k) {
      as<std::int64_t>(expected[1])[k] = sum;
      sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) +
                                      static_cast<std::uint64_t>(as<std::int64_t>(expected[0])[k]));
    }
    as<std::int64_t>(expected[1])[900] = sum;
    for (const Packing packing : kPackings)
      EXPECT_EQ(make_and_run(prefix_sum(trip), packing, tensors).tensors, expected) << trip;
  }
}

/// x[i + 4] = x[i] + 1 in place: iterations depend on each other through memory at distance four.
TEST(Backend, AStoreComesBeforeTheLoadThatReadsItInALaterIteration) {
  for (const std::int64_t apart : {1, 2, 4, 9}) {
    Maker make;
    const Register x = make.tensor(0), i = make.number(0), a = make.r(), b = make.r();
    const Register counter = make.number(200);
    make.loop(200);
    make.load(Opcode::sgather_i64, a, {x, i, 3, 0, stepping(0, 8, 8)});
    make.imm(Opcode::dmul_i64, b, a, 3);
    make.store(Opcode::sscattr_i64, b, {x, i, 3, static_cast<std::int32_t>(8 * apart), stepping(0, 8, 8, 8 * apart)});
    make.imm(Opcode::dadd_i64, i, i, 1);
    make.close(counter);
    const Code code = make.finish();
    const Tensors tensors = integer_tensors(1, 5);
    Tensors expected = tensors;
    for (std::size_t k = 0; k < 200; ++k)
      as<std::uint64_t>(expected[0])[k + static_cast<std::size_t>(apart)] = as<std::uint64_t>(expected[0])[k] * 3;
    for (const Packing packing : kPackings) EXPECT_EQ(make_and_run(code, packing, tensors).tensors, expected) << apart;
  }
}

/// For each of `rows`: out[row] = Σ in[row, …]. The outer loop is counted by dloop.
Code row_sums(std::uint64_t rows, std::uint64_t columns, std::size_t values_around) {
  Maker make;
  const Register in = make.tensor(0), out = make.tensor(1);
  std::vector<Register> kept;  // live throughout
  for (std::size_t k = 0; k < values_around; ++k) kept.push_back(make.number(static_cast<std::int64_t>(1000 + k)));
  const Register i = make.number(0), row = make.number(0), s = make.r(), x = make.r(), counter = make.r();
  const Register outer = make.number(static_cast<std::int64_t>(rows));
  const std::uint32_t head = make.block(1);
  make.imm(Opcode::dmov_i64, s, kNoRegister, 0);
  for (const Register k : kept) make.imm(Opcode::dadd_i64, k, k, 1);
  make.imm(Opcode::dmov_i64, counter, kNoRegister, static_cast<std::int64_t>(columns));
  make.loop(columns, 2);
  make.load(Opcode::sgather_i64, x, {in, i, 3, 0, stepping(0, 8, 8)});
  make.op(Opcode::dadd_i64, s, s, x);
  make.imm(Opcode::dadd_i64, i, i, 1);
  make.close(counter);
  make.store(Opcode::sscattr_i64, s, {out, row, 3, 0, {1, false, 0, 0, 0, 0}});
  make.imm(Opcode::dadd_i64, row, row, 1);
  make.exit(Opcode::dloop, outer, head);
  make.block(0);
  for (std::size_t k = 0; k < kept.size(); ++k) {
    const auto byte = static_cast<std::int32_t>(8 * (100 + k));
    make.store(Opcode::sscattr_i64, kept[k], {out, kNoRegister, 0, byte, fixed(1, byte, 8)});
  }
  return make.finish();
}

TEST(Backend, ValuesThatLiveAcrossALoopAreSpilledInFavourOfTheLoop) {
  for (const std::size_t around : {0, 8, 24, 60}) {
    const Tensors tensors = integer_tensors(2, around);
    Tensors expected = tensors;
    for (std::size_t row = 0; row < 9; ++row) {
      std::uint64_t sum = 0;
      for (std::size_t k = 0; k < 37; ++k) sum += as<std::uint64_t>(expected[0])[row * 37 + k];
      as<std::uint64_t>(expected[1])[row] = sum;
    }
    for (std::size_t k = 0; k < around; ++k) as<std::uint64_t>(expected[1])[100 + k] = 1000 + k + 9;
    for (const Packing packing : kPackings) {
      const Made made = make_and_run(row_sums(9, 37, around), packing, tensors);
      EXPECT_EQ(made.tensors, expected) << around;
      if (around >= 24) {
        EXPECT_GT(made.words.spilled, 0u);
      }
      const auto& kernel = made.words.loops.at(0);
      if (packing == Packing::pipelined) {
        EXPECT_TRUE(kernel.pipelined) << kernel.reason;
        EXPECT_EQ(kernel.initiation_interval, 1u);
      }
    }
  }
}

TEST(Backend, FortyLiveVectorsAreSpilledToMemoryAndFetched) {
  Maker make;
  const Register in = make.tensor(0), out = make.tensor(1);
  std::vector<Register> all;
  for (std::int32_t k = 0; k < 40; ++k) {
    all.push_back(make.v());
    make.load(Opcode::sgather_v64, all.back(), {in, kNoRegister, 0, 64 * k, fixed(0, 64 * k, 64)});
  }
  const Register first = make.v();
  make.op(Opcode::dmov_v, first, all[0]);
  for (std::size_t k = 0; k < 40; ++k) make.op(Opcode::dadd_i32x16, all[k], all[k], all[(k * 7 + 3) % 40]);
  for (std::size_t k = 0; k < 40; ++k) make.op(Opcode::dmul_i32x16, all[k], all[k], all[(k * 11 + 1) % 40]);
  for (std::int32_t k = 0; k < 40; ++k)
    make.store(Opcode::sscattr_v64, all[static_cast<std::size_t>(k)],
               {out, kNoRegister, 0, 64 * k, fixed(1, 64 * k, 64)});
  make.store(Opcode::sscattr_v64, first, {out, kNoRegister, 0, 64 * 40, fixed(1, 64 * 40, 64)});
  const Code code = make.finish();
  const Tensors tensors = integer_tensors(2, 1);
  Tensors expected = tensors;
  const auto x = as<std::uint32_t>(expected[0]), y = as<std::uint32_t>(expected[1]);
  for (std::size_t lane = 0; lane < 16; ++lane) {
    std::vector<std::uint32_t> value;
    for (std::size_t k = 0; k < 40; ++k) value.push_back(x[16 * k + lane]);
    y[16 * 40 + lane] = value[0];
    for (std::size_t k = 0; k < 40; ++k) value[k] += value[(k * 7 + 3) % 40];
    for (std::size_t k = 0; k < 40; ++k) value[k] *= value[(k * 11 + 1) % 40];
    for (std::size_t k = 0; k < 40; ++k) y[16 * k + lane] = value[k];
  }
  for (const Packing packing : kPackings) {
    const Made made = make_and_run(code, packing, tensors);
    EXPECT_EQ(made.tensors, expected) << static_cast<int>(packing);
    EXPECT_GT(made.words.spilled, 0u);
  }
  Code homeless = code;
  homeless.spill_coordinate.reset();
  const auto refused = make_words(homeless, Packing::list, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("line "));
}

TEST(Backend, ALoopOfLoadsAndFmasReachesTheIntervalOfItsSlots) {
  // acc = a·x[i] + acc has a recurrence through acc. Four accumulators and four loads cover four source iterations.
  Maker make;
  const Register x = make.tensor(0), out = make.tensor(1), i = make.number(0), a = make.v();
  make.load(Opcode::sgather_v64, a, {x, kNoRegister, 0, 0, fixed(0, 0, 64)});
  std::vector<Register> sums, terms;
  for (int k = 0; k < 4; ++k) {
    sums.push_back(make.v()), terms.push_back(make.v());
    make.op(Opcode::dmov_v, sums.back(), a);
  }
  const Register counter = make.number(30);
  make.loop(30);
  for (std::int32_t k = 0; k < 4; ++k) {
    const auto at = static_cast<std::size_t>(k);
    make.load(Opcode::sgather_v64, terms[at], {x, i, 3, 64 * k, stepping(0, 256, 64, 64 * k)});
    make.op(Opcode::dfma_f32x16, sums[at], a, terms[at], sums[at]);
  }
  make.imm(Opcode::dadd_i64, i, i, 32);
  make.close(counter);
  for (std::int32_t k = 0; k < 4; ++k)
    make.store(Opcode::sscattr_v64, sums[static_cast<std::size_t>(k)],
               {out, kNoRegister, 0, 64 * k, fixed(1, 64 * k, 64)});
  const Code code = make.finish();
  const Tensors tensors = random_tensors(2, 3);
  const Tensors expected = make_and_run(code, Packing::one_op, tensors).tensors;
  const Made made = make_and_run(code, Packing::pipelined, tensors);
  EXPECT_EQ(made.tensors, expected);
  const LoopReport& report = made.words.loops.at(0);
  EXPECT_TRUE(report.pipelined) << report.reason;
  EXPECT_EQ(report.res_mii, 4u);
  EXPECT_EQ(report.rec_mii, 4u);
  EXPECT_EQ(report.initiation_interval, 4u);
  EXPECT_EQ(report.slots, (std::array<unsigned, 3>{4, 4, 0}));
  EXPECT_GT(report.slot_use, 0.55);
  EXPECT_GE(report.stages, 2u);
  EXPECT_NEAR(report.recurrence_cycles, 4, 0.01);
}

TEST(Backend, MorePointersThanRegistersAreRematerialised) {
  Maker make;
  const Register i = make.number(0), counter = make.r();
  std::vector<Register> pointers, sums;
  for (std::uint32_t k = 0; k < 12; ++k) pointers.push_back(make.tensor(k)), sums.push_back(make.number(k));
  for (std::size_t round = 0; round < 2; ++round)
    for (std::size_t half = 0; half < 2; ++half) {  // six pointers in each loop
      make.imm(Opcode::dmov_i64, i, kNoRegister, 0);
      make.imm(Opcode::dmov_i64, counter, kNoRegister, 50);
      make.loop(50);
      for (std::size_t k = 0; k < 6; ++k) {
        const auto tensor = static_cast<std::uint32_t>(6 * half + k);
        const Register x = make.r();
        make.load(Opcode::sgather_i64, x, {pointers[tensor], i, 3, 0, stepping(tensor, 8, 8)});
        make.op(Opcode::dadd_i64, sums[tensor], sums[tensor], x);
      }
      make.imm(Opcode::dadd_i64, i, i, 1);
      make.close(counter);
    }
  for (std::size_t k = 0; k < 12; ++k) make.store(Opcode::sscattr_i64, sums[k], {pointers[k], kNoRegister, 0, 0, {}});
  const Code code = make.finish();
  const Tensors tensors = integer_tensors(12, 8);
  const Tensors expected = run_code(code, tensors);
  for (const Packing packing : kPackings) {
    const Made made = make_and_run(code, packing, tensors);
    EXPECT_EQ(made.tensors, expected);
    EXPECT_GT(made.words.spilled, 0u);
  }
}

TEST(Backend, NativeCodeRunsKernelsWithoutCallsAndHoistsItsChecks) {
  if (!exec::jit::host_form()) GTEST_SKIP() << "no native engine on this host";
  for (const Code& code : {dot(40, true), axpy(100), prefix_sum(100)}) {
    const auto words = make_words(code, Packing::pipelined, {});
    ASSERT_TRUE(words.ok());
    ASSERT_TRUE(words->loops.at(0).pipelined) << words->loops.at(0).reason;
    const auto program = isa::ValidProgram::make(words->program);
    ASSERT_TRUE(program.ok());
    const auto native = exec::jit::NativeEngine::compile(*program);
    ASSERT_TRUE(native.ok());
    EXPECT_EQ(native->report().called_words, code.coordinates.size());  // one per pointer, and dhalt
    EXPECT_GE(native->report().loops, 1u);
    EXPECT_GE(native->report().hoisted, 4u);
  }
}

TEST(Backend, TheSameCodeGivesTheSameWords) {
  const Code code = row_sums(9, 37, 24);
  const auto once = make_words(code, Packing::pipelined, {}), again = make_words(code, Packing::pipelined, {});
  ASSERT_TRUE(once.ok() && again.ok());
  EXPECT_EQ(once->program, again->program);
  EXPECT_EQ(once->lines, again->lines);
}

TEST(Backend, ALoopTooShortForItsStagesIsNotPipelinedAndTheReportSaysWhy) {
  const auto words = make_words(dot(1, false), Packing::pipelined, {});
  ASSERT_TRUE(words.ok());
  EXPECT_FALSE(words->loops.at(0).pipelined);
  EXPECT_THAT(words->loops.at(0).reason, testing::HasSubstr("1 iterations are fewer than"));
}

}  // namespace
}  // namespace vtpu::compiler::backend
