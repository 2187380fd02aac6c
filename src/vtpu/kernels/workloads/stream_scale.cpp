#include <algorithm>

#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::size_t kScaleVectors = 128, kScaleBody = 32;
constexpr std::uint64_t kScaleTrips = kScaleVectors / kScaleBody;

isa::Program stream_scale_program(std::uint64_t iterations, std::uint64_t seed) {
  const P x{0}, y{1}, parameters{2};
  const V scale{0}, shift{1}, zero{8};
  const auto in = [](std::size_t i) { return V{static_cast<unsigned>(6 + i % 2)}; };
  const auto product = [](std::size_t i) { return V{static_cast<unsigned>(2 + i % 2)}; };
  const auto out = [](std::size_t i) { return V{static_cast<unsigned>(4 + i % 2)}; };
  const auto place = [](P array, std::size_t i) { return at(array, kBlock, 1, static_cast<std::int32_t>(i * kCell)); };
  Builder b("stream_scale");
  begin(b, seed);
  allocate(b, x, 1, kScaleVectors * kCell);
  allocate(b, y, 2, kScaleVectors * kCell);
  allocate(b, parameters, 3, 2 * kCell);
  fill(b, x, kScaleVectors * 16, Fill::f32);
  fill(b, parameters, 32, Fill::f32);
  b.word(op(Opcode::sgather_v64, scale, at(parameters)));
  b.word(op(Opcode::sgather_v64, shift, at(parameters, 64)));
  b.word(op(Opcode::cpack_v, M{0}, scale, 0));
  b.word(op(Opcode::cpack_v, M{1}, shift, 0));
  clear(b, {R{0}, R{1}, R{2}, R{3}});
  nest(b, iterations, kScaleTrips, 0, [&] {
    for (std::size_t i = 0; i < kScaleBody; ++i) {
      const isa::Op last = i == 0 ? isa::Op{} : op(Opcode::dmax_f32x16, out(i - 1), product(i - 1), zero);
      const isa::Op store = i == 0 ? isa::Op{} : op(Opcode::sscattr_v64, out(i - 1), place(y, i - 1));
      b.word(last, op(Opcode::sgather_v64, in(i), place(x, i)),
             op(Opcode::cunpack_i64, R{static_cast<unsigned>(i % 4)}, M{0}, i % 4));
      b.word(op(Opcode::dfma_f32x16, product(i), in(i), scale, shift), store,
             op(Opcode::cunpack_v, V{static_cast<unsigned>(10 + i % 2)}, M{1}));
    }
    b.word(op(Opcode::dmax_f32x16, out(kScaleBody - 1), product(kScaleBody - 1), zero));
    b.word(op(Opcode::dadd_i64, kBlock, kBlock, kScaleBody * kCell),
           op(Opcode::sscattr_v64, out(kScaleBody - 1), place(y, kScaleBody - 1)));
  });
  return finish(b, {V{10}, V{11}}, {}, {R{0}, R{1}, R{2}, R{3}});
}

class StreamScale final : public Reference {
 public:
  explicit StreamScale(std::uint64_t seed) {
    Stream stream(seed);
    x_ = filled<float>(stream, kScaleVectors * 16, Fill::f32);
    parameters_ = filled<float>(stream, 32, Fill::f32);
    std::memcpy(&first_, parameters_.data(), sizeof(first_));
    std::copy_n(parameters_.begin() + 16, 8, second_.begin());
  }

  void run(std::uint64_t iterations) override {
    if (iterations == 0) return;
    const float* scale = parameters_.data();
    const float* shift = parameters_.data() + 16;
    for (std::uint64_t n = 0; n < iterations; ++n) {
      for (std::size_t k = 0; k < kScaleVectors; ++k) {
        const float* x = &x_[k * 16];
        float* y = &y_[k * 16];
        Floats next;  // local, so that the compiler knows that it does not alias
        for (std::size_t i = 0; i < 16; ++i) {
          const float value = x[i] * scale[i] + shift[i];
          next[i] = value > 0 ? value : 0;
        }
        std::copy(next.begin(), next.end(), y);
      }
    }
    // The program reads these constants again for every vector; once is enough.
    scalars_ = first_.lane;
    for (Floats& vector : unpacked_) std::copy(second_.begin(), second_.end(), vector.begin());
  }
  Image image() const override {
    Registers registers;
    for (const Floats& vector : unpacked_) registers.add(vector);
    for (const std::uint64_t scalar : scalars_) registers.add(scalar);
    return {registers.bytes(), bytes_of(x_), bytes_of(y_), bytes_of(parameters_)};
  }

 private:
  std::vector<float> x_, parameters_, y_ = std::vector<float>(kScaleVectors * 16);
  Buffer first_{};
  std::array<float, 8> second_{};
  std::array<Floats, 2> unpacked_{};
  std::array<std::uint64_t, 4> scalars_{};
};

}  // namespace

Workload stream_scale() {
  return {.name = "stream_scale",
          .what = "y = max(a x + b, 0) from 8 KiB to 8 KiB, loads and stores in turn",
          .ops = 6.0 * kScaleVectors + kScaleTrips + 2,
          .control = kScaleTrips + 1.0,
          .words = kScaleTrips * (2 * kScaleBody + 3.0) + 3,
          .flop = 48.0 * kScaleVectors,
          .bytes = 128.0 * kScaleVectors,
          .make = stream_scale_program,
          .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> {
            return std::make_unique<StreamScale>(seed);
          }};
}

}  // namespace vtpu::kernels
