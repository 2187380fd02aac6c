#include "vtpu/kernels/dot_shape.h"

namespace vtpu::kernels {
namespace {

V accumulator(std::size_t k) { return V{static_cast<unsigned>(k % kAccumulators)}; }

}  // namespace

isa::Program dot_program(const std::string& name, std::uint64_t iterations, std::uint64_t seed, Fill kind,
                         isa::Op (*multiply)(V accumulator, V factor, V x), Opcode add) {
  const P data{0}, totals{1};
  const auto factor = [](std::size_t k) { return V{static_cast<unsigned>(12 + k % kFactors)}; };
  const auto buffer = [](std::size_t k) { return V{static_cast<unsigned>(14 + k % 2)}; };
  Builder b(name);
  begin(b, seed);
  allocate(b, data, 1, (kFactors + kDotVectors) * kCell);
  allocate(b, totals, 2, kCell);
  fill(b, data, (kFactors + kDotVectors) * kCell / size_of(kind), kind);
  for (std::size_t k = 0; k < kFactors; ++k) {
    b.word(op(Opcode::sgather_v64, factor(k), at(data, static_cast<std::int32_t>(k * kCell))));
  }
  std::array<V, kAccumulators> accumulators;
  for (std::size_t k = 0; k < kAccumulators; ++k) accumulators[k] = accumulator(k);
  b.counted_loop(kIterations, iterations, [&] {
    b.counted_loop(kRounds, kDotRounds, [&] {
      for (std::size_t w = 0; w <= kDotVectors; ++w) {
        isa::Op dense, sparse;
        if (w < kDotVectors)
          sparse = op(Opcode::sgather_v64, buffer(w), at(data, static_cast<std::int32_t>((kFactors + w) * kCell)));
        if (w > 0) dense = multiply(accumulator(w - 1), factor(w - 1), buffer(w - 1));
        b.word(dense, sparse);
      }
    });
    swap_vectors(b, accumulators, add, V{14}, V{15}, totals);
  });
  return finish(b, {V{0}, V{1}, V{2}, V{3}, V{4}, V{5}, V{6}, V{7}, V{8}, V{9}, V{10}, V{11}}, {}, {});
}

Workload dot_workload(std::string_view name, std::string_view what, double flop) {
  constexpr double kWords = kDotVectors + 2;  // one to fill the pipeline, one to close the loop
  constexpr double kVectors = static_cast<double>(kDotRounds) * kDotVectors;
  return {.name = name,
          .what = what,
          .ops = kSentrons * (1 + 2 * kVectors + swap_words(kAccumulators) + 1),
          .control = kSentrons * (1.0 + kDotRounds),
          .words = kSentrons * (1 + kDotRounds * kWords + swap_words(kAccumulators)),
          .flop = kSentrons * (flop * kVectors + 16 * swap_adds(kAccumulators)),
          .bytes = kSentrons * (64 * kVectors + 64)};
}

}  // namespace vtpu::kernels
