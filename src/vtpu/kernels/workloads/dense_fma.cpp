#include "vtpu/kernels/dot_shape.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

isa::Program dense_fma_program(std::uint64_t iterations, std::uint64_t seed) {
  return dot_program("dense_fma", iterations, seed, Fill::f32,
                     [](V sum, V factor, V x) { return op(Opcode::dfma_f32x16, sum, factor, x, sum); });
}

class DenseFma final : public Reference {
 public:
  explicit DenseFma(std::uint64_t seed) : data_(seed, Fill::f32) {}

  void run(std::uint64_t iterations) override {
    data_.passes(iterations, [](auto& sum, const float* factor, const float* x) {
      // Products of small whole numbers are exact, so rounding once or twice gives the same result.
      for (std::size_t i = 0; i < 16; ++i) sum[i] += factor[i] * x[i];
    });
  }
  Image image() const override { return data_.image(); }

 private:
  DotData<float, float, float> data_;
};

}  // namespace

Workload dense_fma() {
  return {
      .name = "dense_fma",
      .what = "sixteen-lane binary32 multiply-adds on 8.25 KiB, twelve independent sums",
      .ops = 3.0 * kDotVectors,
      .control = 1,
      .words = kDotWords,
      .flop = 32.0 * kDotVectors,
      .bytes = 64.0 * kDotVectors,
      .make = dense_fma_program,
      .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> { return std::make_unique<DenseFma>(seed); }};
}

}  // namespace vtpu::kernels
