#include "vtpu/kernels/dot_shape.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

isa::Program int8_dot_program(std::uint64_t iterations, std::uint64_t seed) {
  return dot_program(
      "int8_dot", iterations, seed, Fill::bits64,
      [](V sum, V factor, V x) { return op(Opcode::ddot_u8i8, sum, factor, x); }, Opcode::dadd_i32x16);
}

struct Int8Multiply {
  void operator()(std::array<std::uint32_t, 16>& sum, const std::uint8_t* factor, const std::int8_t* x) const {
    for (std::size_t i = 0; i < 16; ++i) {
      std::int32_t products = 0;
      for (std::size_t j = 0; j < 4; ++j) products += factor[4 * i + j] * x[4 * i + j];
      sum[i] += static_cast<std::uint32_t>(products);
    }
  }
};

class Int8Dot : public Dot<std::uint32_t, std::uint8_t, std::int8_t, Int8Multiply> {
 public:
  Int8Dot(std::uint64_t seed, std::size_t sentron) : Dot(seed, sentron, Fill::bits64) {}
};

}  // namespace

Workload int8_dot() {
  Workload workload = dot_workload(
      "int8_dot",
      "dot products of unsigned and signed bytes on 8.25 KiB, twelve independent sums; the sums go to the neighbour",
      128);
  workload.make = int8_dot_program;
  workload.reference = pair_of<Int8Dot>;
  return workload;
}

}  // namespace vtpu::kernels
