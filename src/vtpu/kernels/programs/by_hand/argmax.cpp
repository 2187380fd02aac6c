#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "vtpu/kernels/programs/by_hand/parts.h"

namespace vtpu::kernels::by_hand {
namespace {

isa::ConstantPlace lanes(Builder& b, const std::array<std::int32_t, 16>& values) {
  isa::Constant constant;
  std::memcpy(constant.data(), values.data(), sizeof(values));
  return b.constant(constant);
}

}  // namespace

// First finds the maxima of blocks of 512, one word per vector, in eight registers. Then searches the first block that
// holds the overall maximum for its position. n: a multiple of 512.
isa::Program argmax(const Parameters& parameters) {
  constexpr std::size_t kVectors = 32, kMaxima = 8;
  const std::int64_t blocks = multiple(parameters, "n", 16 * kVectors) / (16 * kVectors);
  const P x{0}, place{1};
  const R block_loop{12}, top{11}, best{10}, at_block{9}, better{8}, scalar{0};
  const V everywhere{10}, number{11}, least{12}, most{13}, sixteen{14}, folded{15};
  const auto loaded = [](std::size_t k) { return v(8 + k % 2); };
  const auto maximum = [&](std::size_t k) {
    return op(Opcode::dmax_f32x16, v(k % kMaxima), v(k % kMaxima), loaded(k));
  };
  std::array<std::int32_t, 16> iota{}, steps{}, greatest{};
  for (std::size_t k = 0; k < 16; ++k) {
    iota[k] = static_cast<std::int32_t>(k);
    steps[k] = 16;
    greatest[k] = 0x7fffffff;
  }

  Builder b("argmax_by_hand");
  point_at_tensors(b, 2);
  b.word(op(Opcode::dmov_const, sixteen, lanes(b, steps)));
  b.word(op(Opcode::dmov_const, most, lanes(b, greatest)));
  return repeated(b, parameters, [&] {
    b.word(op(Opcode::dmov_i64, top, std::bit_cast<std::uint32_t>(-std::numeric_limits<float>::infinity())));
    b.word(op(Opcode::dmov_i64, best, 0));
    b.word(op(Opcode::dmov_i64, at_block, 0));
    b.counted_loop(block_loop, static_cast<std::uint64_t>(blocks), [&] {
      for (std::size_t k = 0; k <= kVectors; ++k) {
        isa::Op dense, sparse;
        if (k > kMaxima) dense = maximum(k - 1);
        if (k < kVectors)
          sparse = op(Opcode::sgather_v64, k < kMaxima ? v(k) : loaded(k), at(x, at_block, 1, lines(k)));
        b.word(dense, sparse);
      }
      for (unsigned half = kMaxima / 2; half > 0; half /= 2)
        for (unsigned k = 0; k < half; ++k) b.word(op(Opcode::dmax_f32x16, V{k}, V{k}, V{half + k}));
      b.word(op(Opcode::dred_max_f32x16, scalar, V{0}));
      b.word(op(Opcode::dcmp_f32, better, isa::Condition::gt, scalar, top));
      b.word(op(Opcode::dsel_i64, top, scalar, top, better));
      b.word(op(Opcode::dsel_i64, best, at_block, best, better));
      b.word(op(Opcode::dadd_i64, at_block, at_block, lines(kVectors)));
    });
    b.word(op(Opcode::dbcast_i32, everywhere, top));
    b.word(op(Opcode::dmov_const, number, lanes(b, iota)));
    b.word(op(Opcode::dmov_v, least, most));
    // Three words per vector after its load: lanes that equal the maximum get their lane number, others the greatest
    // number.
    for (std::size_t k = 0; k <= kVectors; ++k) {
      const R mask{static_cast<unsigned>(1 + k % 2)};
      const isa::Op load = k < kVectors ? op(Opcode::sgather_v64, loaded(k), at(x, best, 1, lines(k))) : isa::Op{};
      if (k == 0) {
        b.word(load);
        continue;
      }
      b.word(op(Opcode::dcmp_f32x16, mask, isa::Condition::eq, loaded(k - 1), everywhere), load);
      b.word(op(Opcode::dsel_x16, folded, number, most, mask));
      b.word(op(Opcode::dmin_i32x16, least, least, folded));
      b.word(op(Opcode::dadd_i32x16, number, number, sixteen));
    }
    for (const std::int32_t by : {8, 4, 2, 1}) {
      std::array<std::int32_t, 16> turned{};
      for (std::size_t k = 0; k < 16; ++k) turned[k] = (static_cast<std::int32_t>(k) + by) % 16;
      b.word(op(Opcode::dmov_const, number, lanes(b, turned)));
      b.word(op(Opcode::dperm_i32, folded, least, number));
      b.word(op(Opcode::dmin_i32x16, least, least, folded));
    }
    b.word(op(Opcode::dextr_i32, scalar, least, 0));
    b.word(op(Opcode::dshr_i64, best, best, 2));  // byte offset → element
    b.word(op(Opcode::dadd_i64, scalar, scalar, best));
    b.word(op(Opcode::sscattr_i64, scalar, at(place)));
  });
}

}  // namespace vtpu::kernels::by_hand
