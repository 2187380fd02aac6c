#include "vtpu/kernels/dot_shape.h"

namespace vtpu::kernels {

isa::Program dot_program(const std::string& name, std::uint64_t iterations, std::uint64_t seed, Fill kind,
                         isa::Op (*multiply)(V accumulator, V factor, V x)) {
  const P data{0};
  const auto factor = [](std::size_t k) { return V{static_cast<unsigned>(12 + k % kFactors)}; };
  const auto buffer = [](std::size_t k) { return V{static_cast<unsigned>(14 + k % 2)}; };
  Builder b(name);
  begin(b, seed);
  allocate(b, data, 1, (kFactors + kDotVectors) * kCell);
  fill(b, data, (kFactors + kDotVectors) * kCell / size_of(kind), kind);
  for (std::size_t k = 0; k < kFactors; ++k) {
    b.word(op(Opcode::sgather_v64, factor(k), at(data, static_cast<std::int32_t>(k * kCell))));
  }
  b.counted_loop(kIterations, iterations, [&] {
    for (std::size_t w = 0; w <= kDotVectors; ++w) {
      isa::Op dense, sparse, coord;
      if (w < kDotVectors) {
        sparse = op(Opcode::sgather_v64, buffer(w), at(data, static_cast<std::int32_t>((kFactors + w) * kCell)));
      }
      if (w > 0) {
        const std::size_t k = w - 1;
        dense = multiply(V{static_cast<unsigned>(k % kAccumulators)}, factor(k), buffer(k));
        coord = op(Opcode::cpack_v, M{static_cast<unsigned>(k % 4)}, V{static_cast<unsigned>((k + 6) % kAccumulators)},
                   k / 4 % 2);
      }
      b.word(dense, sparse, coord);
    }
  });
  return finish(b, {V{0}, V{1}, V{2}, V{3}, V{4}, V{5}, V{6}, V{7}, V{8}, V{9}, V{10}, V{11}}, {M{0}, M{1}, M{2}, M{3}},
                {});
}

}  // namespace vtpu::kernels
