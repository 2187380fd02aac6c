#include "vtpu/kernels/dot_shape.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

isa::Program dense_fma_program(std::uint64_t iterations, std::uint64_t seed) {
  return dot_program(
      "dense_fma", iterations, seed, Fill::f32,
      [](V sum, V factor, V x) { return op(Opcode::dfma_f32x16, sum, factor, x, sum); }, Opcode::dadd_f32x16);
}

struct FmaMultiply {
  void operator()(std::array<float, 16>& sum, const float* factor, const float* x) const {
    // Products of small whole numbers are exact, so rounding once or twice gives the same result.
    for (std::size_t i = 0; i < 16; ++i) sum[i] += factor[i] * x[i];
  }
};

class DenseFma : public Dot<float, float, float, FmaMultiply> {
 public:
  DenseFma(std::uint64_t seed, std::size_t sentron) : Dot(seed, sentron, Fill::f32) {}
};

}  // namespace

Workload dense_fma() {
  Workload workload = dot_workload(
      "dense_fma",
      "sixteen-lane binary32 multiply-adds on 8.25 KiB, twelve independent sums; the sums go to the neighbour", 32);
  workload.make = dense_fma_program;
  workload.reference = pair_of<DenseFma>;
  return workload;
}

}  // namespace vtpu::kernels
