#include "vtpu/kernels/dot_shape.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

isa::Program bf16_dot_program(std::uint64_t iterations, std::uint64_t seed) {
  return dot_program("bf16_dot", iterations, seed, Fill::bf16,
                     [](V sum, V factor, V x) { return op(Opcode::ddot_bf16, sum, factor, x); });
}

float widen(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

class Bf16Dot final : public Reference {
 public:
  explicit Bf16Dot(std::uint64_t seed) : data_(seed, Fill::bf16) {}

  void run(std::uint64_t iterations) override {
    data_.passes(iterations, [](auto& sum, const std::uint16_t* factor, const std::uint16_t* x) {
      for (std::size_t i = 0; i < 16; ++i) {
        sum[i] += widen(factor[2 * i + 1]) * widen(x[2 * i + 1]);
        sum[i] += widen(factor[2 * i]) * widen(x[2 * i]);
      }
    });
  }
  Image image() const override { return data_.image(); }

 private:
  DotData<float, std::uint16_t, std::uint16_t> data_;
};

}  // namespace

Workload bf16_dot() {
  return {
      .name = "bf16_dot",
      .what = "dot products of bfloat16 pairs on 8.25 KiB, twelve independent sums",
      .ops = 3.0 * kDotVectors,
      .control = 1,
      .words = kDotWords,
      .flop = 64.0 * kDotVectors,
      .bytes = 64.0 * kDotVectors,
      .make = bf16_dot_program,
      .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> { return std::make_unique<Bf16Dot>(seed); }};
}

}  // namespace vtpu::kernels
