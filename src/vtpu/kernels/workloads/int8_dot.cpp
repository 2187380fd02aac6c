#include "vtpu/kernels/dot_shape.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

isa::Program int8_dot_program(std::uint64_t iterations, std::uint64_t seed) {
  return dot_program("int8_dot", iterations, seed, Fill::bits64,
                     [](V sum, V factor, V x) { return op(Opcode::ddot_u8i8, sum, factor, x); });
}

class Int8Dot final : public Reference {
 public:
  explicit Int8Dot(std::uint64_t seed) : data_(seed, Fill::bits64) {}

  void run(std::uint64_t iterations) override {
    data_.passes(iterations, [](auto& sum, const std::uint8_t* factor, const std::int8_t* x) {
      for (std::size_t i = 0; i < 16; ++i) {
        std::int32_t products = 0;
        for (std::size_t j = 0; j < 4; ++j) products += factor[4 * i + j] * x[4 * i + j];
        sum[i] += static_cast<std::uint32_t>(products);
      }
    });
  }
  Image image() const override { return data_.image(); }

 private:
  DotData<std::uint32_t, std::uint8_t, std::int8_t> data_;
};

}  // namespace

Workload int8_dot() {
  return {
      .name = "int8_dot",
      .what = "dot products of unsigned and signed bytes on 8.25 KiB, twelve independent sums",
      .ops = 3.0 * kDotVectors,
      .control = 1,
      .words = kDotWords,
      .flop = 128.0 * kDotVectors,
      .bytes = 64.0 * kDotVectors,
      .make = int8_dot_program,
      .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> { return std::make_unique<Int8Dot>(seed); }};
}

}  // namespace vtpu::kernels
