#include "vtpu/kernels/programs/by_hand/parts.h"

namespace vtpu::kernels::by_hand {

// Eight vectors per iteration, two words each: load x; load y. The product is computed in the word that loads the next
// x, into one of eight sums, so that no addition waits for the previous one. n: a multiple of 128.
isa::Program dot(const Parameters& parameters) {
  constexpr std::size_t kVectors = 8;
  const std::int64_t turns = multiple(parameters, "n", 16 * kVectors) / (16 * kVectors);
  const P x{0}, y{1}, total{2};
  const auto load_x = [](std::size_t k) { return v(8 + k % 2); };
  const auto load_y = [](std::size_t k) { return v(10 + k % 2); };
  const auto multiply = [&](std::size_t k) { return op(Opcode::dfma_f32x16, v(k), load_x(k), load_y(k), v(k)); };
  Builder b("dot_by_hand");
  point_at_tensors(b, 3);
  return repeated(b, parameters, [&] {
    for (std::size_t k = 0; k < 12; ++k) b.word(zero(v(k)));
    b.word(op(Opcode::dmov_i64, kStep, 0));
    b.counted_loop(kCount, static_cast<std::uint64_t>(turns), [&] {
      for (std::size_t k = 0; k < kVectors; ++k) {
        const std::int32_t from = lines(k, k == kVectors - 1 ? -lines(kVectors) : 0);
        // The first word adds the previous iteration's last product, which is 0 in the first iteration.
        b.word(multiply((k + kVectors - 1) % kVectors), op(Opcode::sgather_v64, load_x(k), at(x, kStep, 1, from)));
        const isa::Op load = op(Opcode::sgather_v64, load_y(k), at(y, kStep, 1, from));
        if (k == kVectors - 2)  // the last vector's addresses come after the step
          b.word(op(Opcode::dadd_i64, kStep, kStep, lines(kVectors)), load);
        else
          b.word(load);
      }
    });
    b.word(multiply(kVectors - 1));
    add_up_eight(b, 0, R{0});
    b.word(op(Opcode::sscattr_i32, R{0}, at(total)));
  });
}

}  // namespace vtpu::kernels::by_hand
