#include <algorithm>

#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

// Rows of 256 numbers with a border of 16 at each end; 8 inner rows between two border rows.
constexpr std::size_t kStencilWidth = 256, kStencilBorder = 16, kStencilVectors = 14, kStencilRowsInside = 8;
constexpr std::size_t kStencilElements = kStencilWidth * (kStencilRowsInside + 2);
constexpr std::int32_t kStencilRowBytes = kStencilWidth * 4;

isa::Program stencil_program(std::uint64_t iterations, std::uint64_t seed) {
  const P from{0}, to{1}, spare{2};
  const V centre{0}, side{1}, greatest{2};
  const V up{10}, left{11}, mid{12}, right{13}, down{14};
  const auto result = [](std::size_t i) { return V{static_cast<unsigned>(8 + i % 2)}; };
  Builder b("stencil");
  begin(b, seed);
  allocate(b, from, 1, kStencilElements * 4);
  allocate(b, to, 2, kStencilElements * 4);
  fill(b, from, kStencilElements, Fill::f32);
  restart(b, seed);
  fill(b, to, kStencilElements, Fill::f32);
  b.word(op(Opcode::dmov_i64, R{4}, std::bit_cast<std::uint32_t>(0.5F)));
  b.word(op(Opcode::dbcast_i32, centre, R{4}));
  b.word(op(Opcode::dmov_i64, R{4}, std::bit_cast<std::uint32_t>(0.125F)));
  b.word(op(Opcode::dbcast_i32, side, R{4}));
  clear(b, {R{0}, R{1}});

  const auto body = [&] {
    for (std::size_t i = 0; i < kStencilVectors; ++i) {
      const auto near = [&](std::int32_t bytes) {
        return at(from, kBlock, 1, static_cast<std::int32_t>((i + 1) * kCell) + bytes);
      };
      const V t = result(i);
      isa::Op c[5], maximum, store;
      if (i > 0) {  // the rest of the previous vector
        const V last = result(i - 1);
        const std::size_t lane = (i - 1) % 4;
        maximum = op(Opcode::dmax_f32x16, greatest, greatest, last);
        store = op(Opcode::sscattr_v64, last, at(to, kBlock, 1, static_cast<std::int32_t>(i * kCell)));
        c[0] = op(Opcode::cpack_v, M{0}, last, 0);
        c[1] = op(Opcode::cunpack_i64, R{0}, M{0}, 0);
        c[2] = op(Opcode::cunpack_i64, R{1}, M{0}, 1);
        c[3] = op(Opcode::cpack_i64, M{1}, lane, R{0});
        c[4] = op(Opcode::cpack_i64, M{2}, lane, R{1});
      }
      b.word(maximum, op(Opcode::sgather_v64, up, near(-kStencilRowBytes)), c[0]);
      b.word(op(Opcode::dmul_f32x16, t, up, side), op(Opcode::sgather_v64, left, near(-4)), c[1]);
      b.word(op(Opcode::dfma_f32x16, t, left, side, t), op(Opcode::sgather_v64, mid, near(0)), c[2]);
      b.word(op(Opcode::dfma_f32x16, t, mid, centre, t), op(Opcode::sgather_v64, right, near(4)), c[3]);
      b.word(op(Opcode::dfma_f32x16, t, right, side, t), op(Opcode::sgather_v64, down, near(kStencilRowBytes)), c[4]);
      b.word(op(Opcode::dfma_f32x16, t, down, side, t), store);
    }
    const V last = result(kStencilVectors - 1);
    b.word(op(Opcode::dmax_f32x16, greatest, greatest, last),
           op(Opcode::sscattr_v64, last, at(to, kBlock, 1, kStencilVectors * kCell)),
           op(Opcode::cpack_v, M{0}, last, 0));
    b.word(op(Opcode::dadd_i64, kBlock, kBlock, kStencilRowBytes), op(Opcode::cunpack_i64, R{0}, M{0}, 0));
    b.word(op(Opcode::cunpack_i64, R{1}, M{0}, 1));
  };
  nest(b, iterations, kStencilRowsInside, kStencilRowBytes, body, [&] {
    b.word(op(Opcode::dmov_p, spare, from));
    b.word(op(Opcode::dmov_p, from, to));
    b.word(op(Opcode::dmov_p, to, spare));
  });
  return finish(b, {greatest}, {M{0}, M{1}, M{2}}, {R{0}, R{1}});
}

class Stencil final : public Reference {
 public:
  explicit Stencil(std::uint64_t seed) {
    Stream stream(seed);
    grids_[0] = filled<float>(stream, kStencilElements, Fill::f32);
    grids_[1] = grids_[0];
  }

  void run(std::uint64_t iterations) override {
    if (iterations == 0) return;
    Floats greatest = greatest_;  // local, so that the compiler knows that it does not alias
    for (std::uint64_t n = 0; n < iterations; ++n, now_ = 1 - now_) {
      for (std::size_t row = 1; row <= kStencilRowsInside; ++row) {
        for (std::size_t k = 0; k < kStencilVectors; ++k) {
          const float* at = &grids_[now_][place_of(row, k)];
          float* out = &grids_[1 - now_][place_of(row, k)];
          Floats next;  // local, so that the compiler knows that it does not alias
          for (std::size_t i = 0; i < 16; ++i) {
            float sum = at[i - kStencilWidth] * 0.125F;
            sum += at[i - 1] * 0.125F;
            sum += at[i] * 0.5F;
            sum += at[i + 1] * 0.125F;
            sum += at[i + kStencilWidth] * 0.125F;
            next[i] = sum;
          }
          std::copy(next.begin(), next.end(), out);
          for (std::size_t i = 0; i < 16; ++i) greatest[i] = greatest[i] > next[i] ? greatest[i] : next[i];
        }
      }
    }
    greatest_ = greatest;
    // Only the last five vectors of the last row leave a trace in the buffers; the very last does so in one of them.
    for (std::size_t k = kStencilVectors - 5; k < kStencilVectors; ++k) {
      std::memcpy(&buffers_[0], &grids_[now_][place_of(kStencilRowsInside, k)], sizeof(Buffer));
      scalars_ = {buffers_[0].lane[0], buffers_[0].lane[1]};
      if (k + 1 == kStencilVectors) continue;
      buffers_[1].lane[k % 4] = scalars_[0];
      buffers_[2].lane[k % 4] = scalars_[1];
    }
  }
  Image image() const override {
    Registers registers;
    registers.add(greatest_);
    for (const Buffer& buffer : buffers_) registers.add(buffer);
    for (const std::uint64_t scalar : scalars_) registers.add(scalar);
    return {registers.bytes(), bytes_of(grids_[0]), bytes_of(grids_[1])};
  }

 private:
  static constexpr std::size_t place_of(std::size_t row, std::size_t k) {
    return row * kStencilWidth + kStencilBorder + k * 16;
  }

  std::array<std::vector<float>, 2> grids_;
  std::size_t now_ = 0;
  Floats greatest_{};
  std::array<Buffer, 3> buffers_{};
  std::array<std::uint64_t, 2> scalars_{};
};

// Six dense and six sparse ops per vector; five coordination ops, three for the last vector; the step of the row.
constexpr double kStencilRowOps = 17.0 * kStencilVectors - 2 + 1;

}  // namespace

Workload stencil() {
  return {
      .name = "stencil",
      .what = "five-point averages of a grid in rows of 1 KiB, with a running maximum",
      .ops = kStencilRowsInside * kStencilRowOps + 5,
      .control = kStencilRowsInside + 1.0,
      .words = kStencilRowsInside * (6 * kStencilVectors + 3.0) + 6,
      .flop = 16.0 * 10 * kStencilVectors * kStencilRowsInside,
      .bytes = 64.0 * 6 * kStencilVectors * kStencilRowsInside,
      .make = stencil_program,
      .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> { return std::make_unique<Stencil>(seed); }};
}

}  // namespace vtpu::kernels
