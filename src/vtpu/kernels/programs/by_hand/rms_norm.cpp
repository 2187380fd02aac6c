#include <bit>

#include "vtpu/kernels/programs/by_hand/parts.h"

namespace vtpu::kernels::by_hand {

// For each row, first sums the squares: one word per vector, eight sums, sixteen vectors per iteration. Then scales:
// eight vectors per iteration, three words each: load x; load the gain and scale x; multiply, with the store of the
// previous vector. n: a multiple of 256.
isa::Program rms_norm(const Parameters& parameters) {
  constexpr std::size_t kSquares = 16, kVectors = 8;
  const std::int64_t rows = multiple(parameters, "rows", 1), n = multiple(parameters, "n", 16 * kSquares);
  const P x{0}, gain{1}, y{2};
  const R row{12}, start{11}, share{10}, little{9}, one{8}, gain_at{7}, scalar{0};
  const V scale{15};
  const auto squared = [](std::size_t k) { return v(8 + k % 2); };
  const auto load_x = [](std::size_t k) { return v(0 + k % 2); };
  const auto load_gain = [](std::size_t k) { return v(2 + k % 2); };
  const auto scaled = [](std::size_t k) { return v(4 + k % 2); };
  const auto result = [](std::size_t k) { return v(6 + k % 2); };
  const auto bits = [](float number) { return static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(number)); };
  const auto square = [&](std::size_t k) {
    return op(Opcode::dfma_f32x16, v(k % 8), squared(k), squared(k), v(k % 8));
  };

  Builder b("rms_norm_by_hand");
  point_at_tensors(b, 3);
  b.word(op(Opcode::dmov_i64, share, bits(1.0F / static_cast<float>(n))));
  b.word(op(Opcode::dmov_i64, little, bits(0.000001F)));
  b.word(op(Opcode::dmov_i64, one, bits(1.0F)));
  return repeated(b, parameters, [&] {
    b.word(op(Opcode::dmov_i64, start, 0));
    b.counted_loop(row, static_cast<std::uint64_t>(rows), [&] {
      for (std::size_t k = 0; k < 10; ++k) b.word(zero(v(k)));
      b.word(op(Opcode::dmov_i64, kStep, start));
      b.counted_loop(kCount, static_cast<std::uint64_t>(n) / (16 * kSquares), [&] {
        // The first word adds the previous iteration's last square, which is 0 in the first iteration.
        for (std::size_t k = 0; k < kSquares; ++k)
          b.word(square((k + kSquares - 1) % kSquares), op(Opcode::sgather_v64, squared(k), at(x, kStep, 1, lines(k))));
        b.word(op(Opcode::dadd_i64, kStep, kStep, lines(kSquares)));
      });
      b.word(square(kSquares - 1));
      add_up_eight(b, 0, scalar);
      b.word(op(Opcode::dmul_f32, scalar, scalar, share));
      b.word(op(Opcode::dadd_f32, scalar, scalar, little));
      b.word(op(Opcode::dsqrt_f32, scalar, scalar));
      b.word(op(Opcode::ddiv_f32, scalar, one, scalar));
      b.word(op(Opcode::dbcast_i32, scale, scalar));
      b.word(op(Opcode::dmov_i64, kStep, start));
      b.word(op(Opcode::dmov_i64, gain_at, 0));
      b.counted_loop(kCount, static_cast<std::uint64_t>(n) / (16 * kVectors), [&] {
        // The indices are stepped in the first words of the second and third vectors, so later addresses are corrected.
        const auto place = [&](P tensor, std::size_t k, bool stepped) {
          return at(tensor, kStep, 1, lines(k, stepped ? -lines(kVectors) : 0));
        };
        for (std::size_t k = 0; k < kVectors; ++k) {
          const isa::Op load = op(Opcode::sgather_v64, load_x(k), place(x, k, k > 1));
          if (k == 1)
            b.word(op(Opcode::dadd_i64, kStep, kStep, lines(kVectors)), load);
          else if (k == 2)
            b.word(op(Opcode::dadd_i64, gain_at, gain_at, lines(kVectors)), load);
          else
            b.word(load);
          b.word(op(Opcode::dmul_f32x16, scaled(k), load_x(k), scale),
                 op(Opcode::sgather_v64, load_gain(k), at(gain, gain_at, 1, lines(k, k > 1 ? -lines(kVectors) : 0))));
          const isa::Op multiply = op(Opcode::dmul_f32x16, result(k), scaled(k), load_gain(k));
          if (k == 0)
            b.word(multiply);
          else
            b.word(multiply, op(Opcode::sscattr_v64, result(k - 1), place(y, k - 1, true)));
        }
        b.word(op(Opcode::sscattr_v64, result(kVectors - 1), place(y, kVectors - 1, true)));
      });
      b.word(op(Opcode::dadd_i64, start, start, 4 * n));
    });
  });
}

}  // namespace vtpu::kernels::by_hand
