#include "vtpu/kernels/dot_shape.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

isa::Program bf16_dot_program(std::uint64_t iterations, std::uint64_t seed) {
  return dot_program(
      "bf16_dot", iterations, seed, Fill::bf16,
      [](V sum, V factor, V x) { return op(Opcode::ddot_bf16, sum, factor, x); }, Opcode::dadd_f32x16);
}

float widen(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

struct Bf16Multiply {
  void operator()(std::array<float, 16>& sum, const std::uint16_t* factor, const std::uint16_t* x) const {
    for (std::size_t i = 0; i < 16; ++i) {
      sum[i] += widen(factor[2 * i + 1]) * widen(x[2 * i + 1]);
      sum[i] += widen(factor[2 * i]) * widen(x[2 * i]);
    }
  }
};

class Bf16Dot : public Dot<float, std::uint16_t, std::uint16_t, Bf16Multiply> {
 public:
  Bf16Dot(std::uint64_t seed, std::size_t sentron) : Dot(seed, sentron, Fill::bf16) {}
};

}  // namespace

Workload bf16_dot() {
  Workload workload = dot_workload(
      "bf16_dot", "dot products of bfloat16 pairs on 8.25 KiB, twelve independent sums; the sums go to the neighbour",
      64);
  workload.make = bf16_dot_program;
  workload.reference = pair_of<Bf16Dot>;
  return workload;
}

}  // namespace vtpu::kernels
