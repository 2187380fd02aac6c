#include "vtpu/kernels/programs/by_hand/parts.h"

namespace vtpu::kernels::by_hand {

// Eight vectors of results per iteration, with all taps unrolled. A tap takes nine words, the broadcast of its factor
// and eight loads; its eight multiply-adds follow one word later. The first tap multiplies only, so no sum must be
// cleared. n: a multiple of 128.
isa::Program fir(const Parameters& parameters) {
  constexpr std::size_t kVectors = 8;
  const std::int64_t turns = multiple(parameters, "n", 16 * kVectors) / (16 * kVectors);
  const auto taps = static_cast<std::size_t>(multiple(parameters, "taps", 1));
  const P factors{0}, x{1}, y{2};
  const auto factor = [](std::size_t tap) { return v(8 + tap % 2); };
  const auto loaded = [](std::size_t k) { return v(10 + k % 2); };
  const auto multiply = [&](std::size_t tap, std::size_t k) {
    return tap == 0 ? op(Opcode::dmul_f32x16, v(k), factor(tap), loaded(k))
                    : op(Opcode::dfma_f32x16, v(k), factor(tap), loaded(k), v(k));
  };
  Builder b("fir_by_hand");
  point_at_tensors(b, 3);
  return repeated(b, parameters, [&] {
    b.word(op(Opcode::dmov_i64, kStep, 0));
    b.counted_loop(kCount, static_cast<std::uint64_t>(turns), [&] {
      for (std::size_t tap = 0; tap < taps; ++tap) {
        const auto tap_bytes = static_cast<std::int32_t>(4 * tap);
        const isa::Op spread = op(Opcode::sgather_bcast, factor(tap), at(factors, tap_bytes));
        if (tap > 0)
          b.word(multiply(tap - 1, kVectors - 1), spread);
        else
          b.word(spread);
        for (std::size_t k = 0; k < kVectors; ++k) {
          const isa::Op load = op(Opcode::sgather_v64, loaded(k), at(x, kStep, 1, lines(k, tap_bytes)));
          if (k > 0)
            b.word(multiply(tap, k - 1), load);
          else
            b.word(load);
        }
      }
      b.word(multiply(taps - 1, kVectors - 1), op(Opcode::sscattr_v64, v(0), at(y, kStep, 1, 0)));
      for (std::size_t k = 1; k < kVectors; ++k) {
        // The step shares the word of the last store but one.
        const bool stepped = k == kVectors - 1;
        const isa::Op store = op(Opcode::sscattr_v64, v(k), at(y, kStep, 1, lines(k, stepped ? -lines(kVectors) : 0)));
        if (k == kVectors - 2)
          b.word(op(Opcode::dadd_i64, kStep, kStep, lines(kVectors)), store);
        else
          b.word(store);
      }
    });
  });
}

}  // namespace vtpu::kernels::by_hand
