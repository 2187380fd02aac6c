#include <gtest/gtest.h>

#include "backend_code.h"
#include "vtpu/base/random.h"

// Random code in every packing, compared with the meaning of its ops.
namespace vtpu::compiler::backend {
namespace {

using isa::Opcode;

constexpr std::int64_t kStart = 400;  // start of the index that loops step, in units of eight bytes

/// Straight-line code, a loop, straight-line code. At the end, the registers are stored.
class RandomCode {
 public:
  RandomCode(std::uint64_t seed, unsigned scalars, unsigned vectors, bool status)
      : random_(seed), scalars_(scalars), vectors_(vectors), status_(status) {}

  Code make() {
    for (std::uint32_t t = 0; t < 3; ++t) tensors_.push_back(make_.tensor(t));
    index_ = make_.number(kStart);
    for (unsigned k = 0; k < scalars_; ++k) r_.push_back(make_.number(static_cast<std::int64_t>(random_.next() >> 8)));
    for (unsigned k = 0; k < vectors_; ++k) {
      v_.push_back(make_.v());
      make_.load(Opcode::sgather_v64, v_.back(), at(0, 64, false));
    }
    m_ = make_.m();
    for (unsigned lane = 0; lane < 4; ++lane)
      make_.op(Opcode::cpack_i64, m_, r_[0]).op.mode = static_cast<std::uint8_t>(lane);
    p_ = make_.code.fresh(isa::File::p);
    make_.op(Opcode::dmov_p, p_, tensors_[0]);
    straight(5 + random_.below(40), false);
    const std::uint64_t loops = 1 + random_.below(2);
    for (std::uint64_t k = 0; k < loops; ++k) nest();
    straight(random_.below(20), false);
    for (std::size_t k = 0; k < r_.size(); ++k) keep(Opcode::sscattr_i64, r_[k], 4096 + 8 * k, 8);
    keep(Opcode::sscattr_i64, index_, 4000, 8);
    for (std::size_t k = 0; k < v_.size(); ++k) keep(Opcode::sscattr_v64, v_[k], 5120 + 64 * k, 64);
    return make_.finish();
  }

 private:
  Register some_r() { return some(r_, local_r_); }
  Register some_v() { return some(v_, local_v_); }
  Register some(const std::vector<Register>& lasting, const std::vector<Register>& locals) {
    const bool local = !locals.empty() && random_.below(3) != 0;
    return local ? locals[random_.below(locals.size())] : lasting[random_.below(lasting.size())];
  }
  /// A register for a result. In loops it is mostly fresh; later ops of the iteration may read and rewrite it.
  Register new_r(bool in_loop) { return result(in_loop, isa::File::r, r_, local_r_); }
  Register new_v(bool in_loop) { return result(in_loop, isa::File::v, v_, local_v_); }
  Register result(bool in_loop, isa::File file, const std::vector<Register>& lasting, std::vector<Register>& locals) {
    if (!in_loop || random_.below(4) == 0) return some(lasting, locals);
    locals.push_back(make_.code.fresh(file));
    return locals.back();
  }
  /// After a loop, copies the last iteration's values of some registers to registers that stay live.
  void forget_locals() {
    if (!local_r_.empty() && random_.below(2) == 0)
      make_.op(Opcode::dxor_i64, r_[0], r_[0], local_r_[random_.below(local_r_.size())]);
    if (!local_v_.empty() && random_.below(2) == 0)
      make_.op(Opcode::dxor_x16, v_[0], v_[0], local_v_[random_.below(local_v_.size())]);
    local_r_.clear(), local_v_.clear();
  }

  void keep(Opcode opcode, Register a, std::size_t byte, std::int64_t bytes) {
    const auto place = static_cast<std::int64_t>(byte);
    make_.store(opcode, a,
                {tensors_[2], kNoRegister, 0, static_cast<std::int32_t>(place), {2, true, 0, place, 0, bytes}});
  }

  void nest() {
    const bool outer = random_.below(3) == 0;
    const Register outer_counter = outer ? make_.number(static_cast<std::int64_t>(1 + random_.below(3))) : kNoRegister;
    std::uint32_t head = 0;
    if (outer) {
      head = make_.block(1);
      straight(random_.below(6), false);
      make_.imm(Opcode::dmov_i64, index_, kNoRegister, kStart);
    }
    const std::uint64_t trip = 1 + random_.below(40);
    const bool known = random_.below(2) == 0;
    const Register counter = make_.number(static_cast<std::int64_t>(trip));
    step_ = static_cast<std::int64_t>(random_.below(5)) - 2;
    make_.loop(known ? trip : 0, outer ? 2 : 1);
    stepped_ = false;
    const std::uint64_t before = random_.below(12), after = random_.below(12);
    straight(before, true);
    make_.imm(Opcode::dadd_i64, index_, index_, step_);
    stepped_ = true;
    straight(after, true);
    make_.close(counter);
    forget_locals();
    if (outer) {
      straight(random_.below(6), false);
      make_.exit(Opcode::dloop, outer_counter, head);
      make_.block(0);
    }
  }

  /// A place in a tensor, with what is known about it.
  At at(std::uint32_t tensor, std::int64_t bytes, bool in_loop) {
    const auto disp = static_cast<std::int64_t>(8 * random_.below(20));
    At at{tensors_[tensor], kNoRegister, 0, static_cast<std::int32_t>(disp), {tensor, true, 0, disp, 0, bytes}};
    if (in_loop && random_.below(3) != 0) {
      at.index = index_, at.scale = 3;
      // Before the loop's own step, the index has moved one step beyond its start.
      at.reference = {tensor, true, 1, disp + (stepped_ ? 8 * step_ : 0), 8 * step_, bytes};
    } else if (random_.below(3) == 0) {
      const Register masked = make_.r();
      make_.imm(Opcode::dand_i64, masked, some_r(), 127);
      at.index = masked, at.scale = static_cast<unsigned>(random_.below(4));
      at.reference = {tensor, false, 0, 0, 0, 0};
    }
    return at;
  }

  void straight(std::uint64_t ops, bool in_loop) {
    for (std::uint64_t k = 0; k < ops; ++k) one(in_loop);
  }

  // Choose sources before results, so that an op does not read its own result.
  void scalar(Opcode opcode, bool in_loop, std::int64_t number = 0) {
    const Register a = some_r(), b = some_r();
    if (number != 0)
      make_.imm(opcode, new_r(in_loop), a, number);
    else
      make_.op(opcode, new_r(in_loop), a, b);
  }
  void vector(Opcode opcode, bool in_loop) {
    const Register a = some_v(), b = some_v();
    make_.op(opcode, new_v(in_loop), a, b);
  }
  void select(bool in_loop) {
    const Register a = some_r(), b = some_r(), c = some_r();
    make_.op(Opcode::dsel_i64, new_r(in_loop), a, b, c);
  }

  void one(bool in_loop) {
    static constexpr Opcode kScalar[] = {Opcode::dadd_i64, Opcode::dsub_i64, Opcode::dmul_i64, Opcode::dxor_i64};
    static constexpr Opcode kVector[] = {Opcode::dadd_i32x16, Opcode::dmul_i32x16, Opcode::dxor_x16};
    const auto tensor = static_cast<std::uint32_t>(random_.below(2));
    switch (random_.below(17)) {
      case 0:
      case 1: scalar(kScalar[random_.below(4)], in_loop); break;
      case 2: scalar(kScalar[random_.below(4)], in_loop, 1 + static_cast<std::int64_t>(random_.below(99))); break;
      case 3: make_.op(Opcode::dmov_i64, some_r(), some_r()); break;
      case 4: make_.op(Opcode::dmov_v, some_v(), some_v()); break;
      case 5:
      case 6: vector(kVector[random_.below(3)], in_loop); break;
      case 7: make_.op(Opcode::ddot_u8i8, some_v(), some_v(), some_v()); break;
      case 8: {
        const At place = at(tensor, 64, in_loop);
        make_.load(Opcode::sgather_v64, new_v(in_loop), place);
        break;
      }
      case 9: {
        const At place = at(tensor, 8, in_loop);
        make_.load(Opcode::sgather_i64, new_r(in_loop), place);
        break;
      }
      case 10: {
        const At place = at(tensor, 64, in_loop);
        make_.store(Opcode::sscattr_v64, some_v(), place);
        break;
      }
      case 11: {
        const At place = at(tensor, 8, in_loop);
        make_.store(Opcode::sscattr_i64, some_r(), place);
        break;
      }
      case 12: make_.op(Opcode::cpack_i64, m_, some_r()).op.mode = static_cast<std::uint8_t>(random_.below(4)); break;
      case 13: make_.op(Opcode::cunpack_i64, some_r(), m_).op.mode = static_cast<std::uint8_t>(random_.below(4)); break;
      case 14: {  // uses the index as a number
        if (random_.below(4) == 0) make_.op(Opcode::dxor_i64, some_r(), some_r(), index_);
        break;
      }
      case 15: {
        if (!status_) break;
        MachineOp& step = make_.op(Opcode::sindex, p_, p_, some_r());
        step.op.mode = static_cast<std::uint8_t>(phext::Axis::book);
        break;
      }
      default: {
        if (status_)
          make_.op(Opcode::dmov_sr, some_r());
        else
          select(in_loop);
      }
    }
  }

  Maker make_;
  Random random_;
  unsigned scalars_, vectors_;
  bool status_;
  std::vector<Register> tensors_, r_, v_, local_r_, local_v_;
  Register m_ = kNoRegister, p_ = kNoRegister, index_ = kNoRegister;
  std::int64_t step_ = 0;
  bool stepped_ = false;
};

Tensors some_tensors(std::uint64_t seed) {
  Random random(seed);
  Tensors tensors(3, Bytes(Maker::kTensorBytes));
  for (Bytes& bytes : tensors)
    for (std::uint64_t& x : as<std::uint64_t>(bytes)) x = random.next();
  return tensors;
}

struct Tally {
  unsigned pipelined = 0, spilled = 0;
};
Tally expect_equal(std::uint64_t first_seed, unsigned cases, unsigned scalars, unsigned vectors) {
  Tally tally;
  for (std::uint64_t seed = first_seed; seed < first_seed + cases; ++seed) {
    const Code code = RandomCode(seed, scalars, vectors, seed % 4 == 0).make();
    const Tensors tensors = some_tensors(seed);
    const Tensors expected = run_code(code, tensors);
    for (const Packing packing : kPackings) {
      const Made made = make_and_run(code, packing, tensors);
      EXPECT_EQ(made.tensors == expected, true) << "seed " << seed << ", packing " << static_cast<int>(packing);
      for (const LoopReport& report : made.words.loops) tally.pipelined += report.pipelined;
      tally.spilled += made.words.spilled;
    }
    if (testing::Test::HasFailure()) break;
  }
  return tally;
}

TEST(RandomCode, AllPackingsLeaveTheSameMemoryAsExecutingOpByOp) {
  const Tally tally = expect_equal(1, 1500, 5, 5);
  EXPECT_GT(tally.pipelined, 500u);
}

TEST(RandomCode, LeavesTheSameMemoryWhenRegistersAreShort) {
  const Tally tally = expect_equal(100000, 300, 30, 22);
  EXPECT_GT(tally.spilled, 1000u);
  EXPECT_GT(tally.pipelined, 10u);
}

}  // namespace
}  // namespace vtpu::compiler::backend
