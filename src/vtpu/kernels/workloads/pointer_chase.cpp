#include "vtpu/base/random.h"
#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::size_t kCells = 1024, kSteps = 128;

/// i → (i × factor + step) mod 1024 is one cycle through all cells, because factor is 1 modulo 4 and step is odd.
/// Source: Hull and Dobell, "Random number generators", SIAM Review 4(3), 1962.
struct Successor {
  std::uint64_t factor, step;
  explicit Successor(std::uint64_t seed)
      : factor(mix64(seed) / 4 * 4 % kCells + 1), step(mix64(seed + 1) % kCells | 1) {}
};

isa::Program pointer_chase_program(std::uint64_t iterations, std::uint64_t seed) {
  const Successor successor(seed);
  const P cells{0};
  const R at_cell{0}, sum{1}, mixed{2};
  Builder b("pointer_chase");
  begin(b, seed);
  allocate(b, cells, 1, kCells * 8);
  clear(b, {R{2}});
  b.counted_loop(R{3}, kCells, [&] {
    b.word(op(Opcode::dmul_i64, R{1}, R{2}, successor.factor));
    b.word(op(Opcode::dadd_i64, R{1}, R{1}, successor.step));
    b.word(op(Opcode::dand_i64, R{1}, R{1}, kCells - 1));
    b.word(op(Opcode::dadd_i64, R{2}, R{2}, 1), op(Opcode::sscattr_i64, R{1}, at(cells, R{2}, 8)));
  });
  clear(b, {at_cell, sum, mixed});
  b.counted_loop(kIterations, iterations, [&] {
    for (std::size_t k = 0; k < kSteps; ++k) {
      b.word(k % 2 == 0 ? op(Opcode::dadd_i64, sum, sum, at_cell) : op(Opcode::dxor_i64, mixed, mixed, at_cell),
             op(Opcode::sgather_i64, at_cell, at(cells, at_cell, 8)),
             op(Opcode::cpack_i64, M{static_cast<unsigned>(k % 4)}, k / 4 % 4, at_cell));
    }
  });
  return finish(b, {}, {M{0}, M{1}, M{2}, M{3}}, {at_cell, sum, mixed});
}

class PointerChase final : public Reference {
 public:
  explicit PointerChase(std::uint64_t seed) {
    const Successor successor(seed);
    for (std::size_t i = 0; i < kCells; ++i) cells_[i] = (i * successor.factor + successor.step) % kCells;
  }

  void run(std::uint64_t iterations) override {
    if (iterations == 0) return;
    std::uint64_t at = at_, sum = sum_, mixed = mixed_;  // local, so that the compiler keeps them in registers
    const std::uint64_t* const cells = cells_.data();
    // Two steps, as the sum takes the even ones and the exclusive or the odd ones.
    const auto walk = [&](std::uint64_t steps) {
      for (std::uint64_t k = 0; k < steps; k += 2) {
        sum += at;
        at = cells[at];
        mixed ^= at;
        at = cells[at];
      }
    };
    walk(iterations * kSteps - 16);
    // Only the last sixteen places leave a trace in the buffers.
    std::uint64_t last = at;
    for (std::size_t k = kSteps - 16; k < kSteps; ++k, last = cells[last]) buffers_[k % 4].lane[k / 4 % 4] = last;
    walk(16);
    at_ = at;
    sum_ = sum;
    mixed_ = mixed;
  }
  Image image() const override {
    Registers registers;
    for (const Buffer& buffer : buffers_) registers.add(buffer);
    registers.add(at_).add(sum_).add(mixed_);
    return {registers.bytes(), bytes_of(cells_)};
  }

 private:
  std::vector<std::uint64_t> cells_ = std::vector<std::uint64_t>(kCells);
  std::uint64_t at_ = 0, sum_ = 0, mixed_ = 0;
  std::array<Buffer, 4> buffers_{};
};

}  // namespace

Workload pointer_chase() {
  return {.name = "pointer_chase",
          .what = "one chain of dependent loads through 8 KiB",
          .ops = 3.0 * kSteps,
          .control = 1,
          .words = kSteps + 1.0,
          .bytes = 8.0 * kSteps,
          .latency_bound = true,
          .make = pointer_chase_program,
          .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> {
            return std::make_unique<PointerChase>(seed);
          }};
}

}  // namespace vtpu::kernels
