#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::size_t kIntCount = 2048, kIntBody = 128;
constexpr std::uint64_t kIntTrips = kIntCount / kIntBody;

isa::Program dense_int_program(std::uint64_t iterations, std::uint64_t seed) {
  const P data{0};
  const auto sum = [](std::size_t k) { return R{static_cast<unsigned>(k % 4)}; };
  const auto x = [](std::size_t k) { return R{static_cast<unsigned>(4 + k % 4)}; };
  Builder b("dense_int");
  begin(b, seed);
  allocate(b, data, 1, kIntCount * 8);
  fill(b, data, kIntCount, Fill::bits64);
  clear(b, {R{0}, R{1}, R{2}, R{3}});
  nest(b, iterations, kIntTrips, 0, [&] {
    for (std::size_t w = 0; w <= kIntBody; ++w) {
      isa::Op dense, sparse, coord;
      if (w < kIntBody) sparse = op(Opcode::sgather_i64, x(w), at(data, kBlock, 1, static_cast<std::int32_t>(w * 8)));
      if (w > 0) {
        const std::size_t k = w - 1;
        dense = op(k / 4 % 2 == 0 ? Opcode::dadd_i64 : Opcode::dxor_i64, sum(k), sum(k), x(k));
        coord = op(Opcode::cpack_i64, M{static_cast<unsigned>(k % 4)}, k / 4 % 4, sum(k + 2));
      }
      b.word(dense, sparse, coord);
    }
    b.word(op(Opcode::dadd_i64, kBlock, kBlock, kIntBody * 8));
  });
  return finish(b, {}, {M{0}, M{1}, M{2}, M{3}}, {R{0}, R{1}, R{2}, R{3}});
}

class DenseInt final : public Reference {
 public:
  explicit DenseInt(std::uint64_t seed) {
    Stream stream(seed);
    x_ = filled<std::uint64_t>(stream, kIntCount, Fill::bits64);
  }

  void run(std::uint64_t iterations) override {
    if (iterations == 0) return;
    std::array<std::uint64_t, 4> sums = sums_;  // local, so that the compiler keeps them in registers
    const std::uint64_t* const x = x_.data();
    const auto add = [&](std::size_t count) {
      for (std::size_t k = 0; k < count; k += 8) {
        for (std::size_t j = 0; j < 4; ++j) sums[j] += x[k + j];
        for (std::size_t j = 0; j < 4; ++j) sums[j] ^= x[k + 4 + j];
      }
    };
    for (std::uint64_t n = 1; n < iterations; ++n) add(kIntCount);
    // Only the last sixteen numbers leave a trace in the buffers.
    add(kIntCount - 16);
    for (std::size_t k = kIntCount - 16; k < kIntCount; ++k) {
      sums[k % 4] = k / 4 % 2 == 0 ? sums[k % 4] + x[k] : sums[k % 4] ^ x[k];
      buffers_[k % 4].lane[k / 4 % 4] = sums[(k + 2) % 4];
    }
    sums_ = sums;
  }
  Image image() const override {
    Registers registers;
    for (const Buffer& buffer : buffers_) registers.add(buffer);
    for (const std::uint64_t sum : sums_) registers.add(sum);
    return {registers.bytes(), bytes_of(x_)};
  }

 private:
  std::vector<std::uint64_t> x_;
  std::array<std::uint64_t, 4> sums_{};
  std::array<Buffer, 4> buffers_{};
};

}  // namespace

Workload dense_int() {
  return {
      .name = "dense_int",
      .what = "64-bit sums and exclusive ors on 16 KiB, four independent chains",
      .ops = 3.0 * kIntCount + kIntTrips + 2,
      .control = kIntTrips + 1.0,
      .words = kIntTrips * (kIntBody + 3.0) + 3,
      .bytes = 8.0 * kIntCount,
      .make = dense_int_program,
      .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> { return std::make_unique<DenseInt>(seed); }};
}

}  // namespace vtpu::kernels
