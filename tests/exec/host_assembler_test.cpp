// Does our encoder write the bytes that AsmJit writes, for every instruction it encodes, in every register and in
// memory operands of every form, and for whole programs?
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <span>
#include <string>

#include "vtpu/exec/jit/emitter.h"
#include "vtpu/isa/random_program.h"

namespace vtpu::exec::jit {
namespace {

namespace x86 = asmjit::x86;
using asmjit::Imm;

struct Code {
  explicit Code(Encoder encoder) {
    holder.init(asmjit::Environment::host());
    assembler = std::make_unique<HostAssembler>(holder, encoder, 1 << 12);
  }
  std::span<const std::uint8_t> from(std::size_t at) const {
    return {assembler->data() + at, assembler->offset() - at};
  }

  asmjit::CodeHolder holder;
  std::unique_ptr<HostAssembler> assembler;
};

/// Writes instructions by both encoders and compares the bytes of each.
class BothEncoders {
 public:
  template <class... Operands>
  void emit(std::uint32_t id, const Operands&... operands) {
    at_ = own_.assembler->offset();
    own_.assembler->emit(id, operands...);
    reference_.assembler->emit(id, operands...);
    compare(id);
    ++instructions_;
  }
  std::size_t instructions() const { return instructions_; }

 private:
  void compare(std::uint32_t id) {
    const auto own = own_.from(at_), reference = reference_.from(at_);
    if (std::ranges::equal(own, reference) || testing::Test::HasFailure()) return;
    asmjit::String name;
    asmjit::InstAPI::instIdToString(asmjit::Arch::kX64, id, name);
    const auto text = [](std::span<const std::uint8_t> code) {
      std::string hex;
      for (const std::uint8_t byte : code) hex += fmt::format("{:02x} ", byte);
      return hex;
    };
    ADD_FAILURE() << name.data() << ": " << text(own) << "instead of " << text(reference);
  }

  Code own_{Encoder::own};
  Code reference_{Encoder::asmjit};
  std::size_t at_ = 0, instructions_ = 0;
};

const std::vector<std::int32_t> kDisplacements{0,    1,    -1,   8,    16,    63,    64,   127,        128,        -128,
                                               -129, 2032, 4064, 8128, -4096, -8192, 8192, 2147483647, -2147483648};

/// Memory operands: all bases, all indices, scales and displacements, but not all combinations.
std::vector<x86::Mem> places(std::uint32_t size) {
  std::vector<x86::Mem> all;
  std::mt19937 random(size);
  for (unsigned base = 0; base < 16; ++base) {
    for (const std::int32_t displacement : kDisplacements) all.emplace_back(x86::gpq(base), displacement, size);
    for (unsigned index = 0; index < 16; ++index)
      if (index != 4)  // rsp cannot be an index
        for (unsigned shift = 0; shift < 4; ++shift)
          all.emplace_back(x86::gpq(base), x86::gpq(index), shift, kDisplacements[random() % kDisplacements.size()],
                           size);
  }
  return all;
}
std::vector<x86::Gp> generals(std::uint32_t size) {
  std::vector<x86::Gp> all;
  for (unsigned r = 0; r < 16; ++r) all.push_back(size == 8 ? x86::Gp(x86::gpq(r)) : x86::Gp(x86::gpd(r)));
  return all;
}
x86::Vec vector_at(std::uint32_t size, unsigned v) {
  if (size == 64) return x86::zmm(v);
  if (size == 32) return x86::ymm(v);
  return x86::xmm(v);
}
const std::vector<std::int64_t> kImmediates{0,   1,     2,          5,          63,           127,   128,
                                            -1,  -128,  -129,       255,        4095,         65536, 0x7fffffff,
                                            -64, -4096, 0x80000000, 0xffffffff, -0x80000000LL};

bool fits(std::int64_t value, std::uint32_t size) { return size == 4 || value == static_cast<std::int32_t>(value); }

void of_general_registers(BothEncoders& both, std::uint32_t id, Shape shape) {
  for (const std::uint32_t size : {4u, 8u}) {
    const auto registers = generals(size);
    for (const auto& a : registers) {
      if (shape == Shape::count) both.emit(id, a);
      for (const std::int64_t value : kImmediates) {
        if (shape == Shape::shift && value >= 0 && value < 8 * size) both.emit(id, a, Imm(value));
        if (!fits(value, size)) continue;
        if (shape == Shape::arithmetic || shape == Shape::move) both.emit(id, a, Imm(value));
        if (shape == Shape::multiply)
          both.emit(id, a, x86::Gp(size == 8 ? x86::Gp(x86::r9) : x86::Gp(x86::r9d)), Imm(value));
      }
      for (const auto& b : registers) {
        if (shape == Shape::arithmetic || shape == Shape::move || shape == Shape::test || shape == Shape::multiply ||
            shape == Shape::conditional_move)
          both.emit(id, a, b);
        if (shape == Shape::shift_by_register && size == 8)
          for (const auto& c : registers) both.emit(id, a, b, c);
      }
    }
    for (const auto& m : places(size)) {
      if (shape == Shape::count) both.emit(id, m);
      if (shape == Shape::address && size == 4) continue;
      if (shape == Shape::arithmetic || shape == Shape::move || shape == Shape::multiply || shape == Shape::address)
        for (const unsigned r : {0u, 7u, 8u, 15u}) both.emit(id, registers[r], m);
      if (shape != Shape::arithmetic && shape != Shape::move) continue;
      for (const unsigned r : {0u, 7u, 8u, 15u}) both.emit(id, m, registers[r]);
      for (const std::int64_t value : {1, -128, 128, 0x12345678}) both.emit(id, m, Imm(value));
    }
  }
  if (shape == Shape::move)
    for (unsigned r = 0; r < 16; ++r)
      for (const std::int64_t value : {0x80000000LL, 0x123456789abcdefLL, -0x80000001LL})
        both.emit(id, x86::Gp(x86::gpq(r)), Imm(value));
  if (shape == Shape::set)
    for (unsigned r = 0; r < 16; ++r) both.emit(id, x86::Gp(x86::gpb(r)));
  if (shape == Shape::zero_extend)
    for (unsigned a = 0; a < 16; ++a) {
      for (unsigned b = 0; b < 16; ++b) both.emit(id, x86::Gp(x86::gpd(a)), x86::Gp(x86::gpb(b)));
      for (const auto& m : places(1)) both.emit(id, x86::Gp(x86::gpd(a)), m);
    }
}

void of_vectors(BothEncoders& both, std::uint32_t id, const Instruction& row) {
  for (const std::uint32_t size : {16u, 32u, 64u}) {
    if ((row.scalar() || row.shape == Shape::general_move) && size != 16) continue;
    const auto at = [&](unsigned v) { return vector_at(size, v); };
    const unsigned registers = 32;
    for (unsigned a = 0; a < registers; ++a)
      for (unsigned b = 0; b < registers; ++b) {
        if (row.shape == Shape::lanes)
          for (unsigned c = 0; c < registers; c += a == b ? 1 : 5) both.emit(id, at(a), at(b), at(c));
        if (row.shape == Shape::lanes_of_one || row.shape == Shape::lane_move) both.emit(id, at(a), at(b));
        if (row.shape == Shape::lane_shift || row.shape == Shape::shuffle) both.emit(id, at(a), at(b), Imm(a % 32));
        if (row.shape == Shape::compare_to_mask && size == 64)
          for (const unsigned k : {1u, 2u, 7u}) both.emit(id, x86::KReg(x86::k(k)), at(a), at(b), Imm(b % 8));
      }
    for (unsigned a = 0; a < registers; ++a)
      for (unsigned r = 0; r < 16; ++r) {
        const x86::Gp general = row.wide() ? x86::Gp(x86::gpq(r)) : x86::Gp(x86::gpd(r));
        if (row.shape == Shape::general_move || (row.shape == Shape::broadcast && size == 64))
          both.emit(id, at(a), general);
        if (row.shape == Shape::general_move) both.emit(id, general, at(a));
      }
    for (const auto& m : places(row.shape == Shape::broadcast_load ? 4 : size))
      for (const unsigned a : {0u, 7u, 8u, 15u, 16u, 31u}) {
        if (row.shape == Shape::lanes && !row.scalar()) both.emit(id, at(a), at(31 - a), m);
        if (row.shape == Shape::lane_move || (row.shape == Shape::broadcast_load && size > 16)) both.emit(id, at(a), m);
        if (row.shape == Shape::lane_move) both.emit(id, m, at(a));
      }
  }
  if (row.shape == Shape::mask_move)
    for (unsigned r = 0; r < 16; ++r)
      for (unsigned k = 0; k < 8; ++k) {
        both.emit(id, x86::Gp(x86::gpd(r)), x86::KReg(x86::k(k)));
        both.emit(id, x86::KReg(x86::k(k)), x86::Gp(x86::gpd(r)));
      }
}

TEST(HostAssembler, WritesEveryInstructionAsAsmJitDoes) {
  for (std::uint32_t id = 0; id < kInstructions.size(); ++id) {
    const Instruction& row = kInstructions[id];
    if (row.shape == Shape::other || row.shape == Shape::jump) continue;
    BothEncoders both;
    if (row.shape < Shape::lanes)
      of_general_registers(both, id, row.shape);
    else
      of_vectors(both, id, row);
    if (HasFailure()) return;
    EXPECT_GE(both.instructions(), 16u) << "instruction " << id << " is not tested";
  }
}

TEST(HostAssembler, WritesJumpsInBothDirectionsAsAsmJitDoes) {
  for (const unsigned distance : {0u, 1u, 120u, 124u, 125u, 126u, 127u, 128u, 129u, 130u, 1000u}) {
    Code own(Encoder::own), reference(Encoder::asmjit);
    for (Code* code : {&own, &reference}) {
      HostAssembler& as = *code->assembler;
      const asmjit::Label before = as.newLabel(), after = as.newLabel();
      as.bind(before);
      for (unsigned i = 0; i < distance; ++i) as.nop();
      for (std::uint32_t id = 0; id < kInstructions.size(); ++id)
        if (kInstructions[id].shape == Shape::jump) as.emit(id, before), as.emit(id, after), as.emit(id, before);
      for (unsigned i = 0; i < distance; ++i) as.nop();
      as.bind(after);
      EXPECT_EQ(as.offset_of(before), 0u);
      EXPECT_EQ(as.offset_of(after), as.offset());
    }
    EXPECT_TRUE(std::ranges::equal(own.from(0), reference.from(0))) << "distance " << distance;
  }
}

TEST(HostAssembler, WritesRandomProgramsAsAsmJitDoes) {
  std::size_t bytes = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed)
    for (const Form form : {Form::avx512, Form::avx2}) {
      const isa::Program program = isa::random_program({.seed = seed, .hostile = seed % 4 == 0});
      const Features features{form, true, true, {}, seed % 8 == 0};
      std::vector<std::vector<std::uint8_t>> codes;
      for (const Encoder encoder : {Encoder::own, Encoder::asmjit}) {
        CompileWork work(~std::uint64_t{0}, ~std::uint64_t{0});
        const Plan plan = make_plan(program, features, work);
        asmjit::CodeHolder holder;
        holder.init(asmjit::Environment::host());
        Emitter emitter(holder, program, plan, features, program.constants.data(), {}, work, encoder);
        emitter.emit_all();
        codes.emplace_back(emitter.code().begin(), emitter.code().end());
      }
      bytes += codes[0].size();
      ASSERT_EQ(codes[0], codes[1]) << "seed " << seed << ", " << name_of(form);
    }
  EXPECT_GT(bytes, 100'000u);
}

}  // namespace
}  // namespace vtpu::exec::jit
