#include "vtpu/kernels/programs/by_hand/parts.h"

namespace vtpu::kernels::by_hand {

// Eight vectors per iteration, three words each: load x; load y; multiply-add, with the store of the previous vector.
// The last store has its own word, with the end of the loop. n: a multiple of 128.
isa::Program axpy(const Parameters& parameters) {
  constexpr std::size_t kVectors = 8;
  const std::int64_t turns = multiple(parameters, "n", 16 * kVectors) / (16 * kVectors);
  const P a{0}, x{1}, y{2};
  const V factor{0};
  const auto load_x = [](std::size_t k) { return v(1 + k % 2); };
  const auto load_y = [](std::size_t k) { return v(3 + k % 2); };
  const auto result = [](std::size_t k) { return v(5 + k % 2); };
  Builder b("axpy_by_hand");
  point_at_tensors(b, 3);
  return repeated(b, parameters, [&] {
    b.word(op(Opcode::dmov_i64, kStep, 0), op(Opcode::sgather_bcast, factor, at(a)));
    b.counted_loop(kCount, static_cast<std::uint64_t>(turns), [&] {
      // The index is stepped in the second vector's first word, so later addresses are corrected.
      const auto place = [&](P tensor, std::size_t k, bool stepped) {
        return at(tensor, kStep, 1, lines(k, stepped ? -lines(kVectors) : 0));
      };
      for (std::size_t k = 0; k < kVectors; ++k) {
        const isa::Op load = op(Opcode::sgather_v64, load_x(k), place(x, k, k > 1));
        if (k == 1)
          b.word(op(Opcode::dadd_i64, kStep, kStep, lines(kVectors)), load);
        else
          b.word(load);
        b.word(op(Opcode::sgather_v64, load_y(k), place(y, k, k > 0)));
        const isa::Op multiply = op(Opcode::dfma_f32x16, result(k), factor, load_x(k), load_y(k));
        if (k == 0)
          b.word(multiply);
        else
          b.word(multiply, op(Opcode::sscattr_v64, result(k - 1), place(y, k - 1, true)));
      }
      b.word(op(Opcode::sscattr_v64, result(kVectors - 1), place(y, kVectors - 1, true)));
    });
    b.word(op(Opcode::sgather_i32, R{0}, at(a)));
    b.word(op(Opcode::dxor_i64, R{0}, R{0}, std::int64_t{1} << 31));
    b.word(op(Opcode::sscattr_i32, R{0}, at(a)));
  });
}

}  // namespace vtpu::kernels::by_hand
