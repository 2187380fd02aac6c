#include <algorithm>

#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

// Sixteen rods of cells side by side, one in each lane. The first cell is a copy of the neighbour's last inner cell,
// which it sends after sixteen sweeps; the last cell never changes.
constexpr std::size_t kInner = 144, kStencilBody = 36, kCells = kInner + 2;
constexpr std::uint64_t kStencilBlocks = kInner / kStencilBody, kSweeps = 16;
static_assert(kStencilBody % 3 == 0);  // three registers take turns to hold a cell

isa::Program stencil_program(std::uint64_t iterations, std::uint64_t seed) {
  const P rods{0};
  const V edge{9}, upper{10}, centre{11}, side{12};
  // Two, so that a maximum does not wait for that of the cell before.
  const auto greatest = [](std::size_t k) { return V{static_cast<unsigned>(13 + k % 2)}; };
  const auto cell = [](std::size_t k) { return V{static_cast<unsigned>(k % 3)}; };
  const auto mid = [](std::size_t k) { return V{static_cast<unsigned>(3 + k % 2)}; };
  const auto sides = [](std::size_t k) { return V{static_cast<unsigned>(5 + k % 2)}; };
  const auto result = [](std::size_t k) { return V{static_cast<unsigned>(7 + k % 2)}; };
  const auto place = [&](std::size_t k) { return at(rods, kBlock, 1, static_cast<std::int32_t>(k * kCell)); };
  Builder b("stencil");
  begin(b, seed);
  allocate(b, rods, 1, kCells * kCell);
  fill(b, rods, kCells * 16, Fill::f32);
  for (const auto& [vector, value] : {std::pair{centre, 0.5F}, {side, 0.25F}}) {
    b.word(op(Opcode::dmov_i64, R{4}, std::bit_cast<std::uint32_t>(value)));
    b.word(op(Opcode::dbcast_i32, vector, R{4}));
  }
  nest(
      b, iterations, kSweeps, kStencilBlocks, kStencilBody * kCell,
      [&] {
        for (std::size_t k = 0; k < kStencilBody; ++k) {
          b.word(op(Opcode::dmul_f32x16, mid(k), cell(k + 1), centre),
                 op(Opcode::sgather_v64, cell(k + 2), place(k + 2)));
          b.word(op(Opcode::dadd_f32x16, sides(k), cell(k), cell(k + 2)));
          b.word(op(Opcode::dfma_f32x16, result(k), sides(k), side, mid(k)));
          b.word(op(Opcode::dmax_f32x16, greatest(k), greatest(k), result(k)),
                 op(Opcode::sscattr_v64, result(k), place(k + 1)));
        }
      },
      [&] {
        b.word(op(Opcode::sgather_v64, edge, at(rods, kInner * kCell)));
        b.word(op(Opcode::cpack_v, M{0}, edge, 0));
        b.word(op(Opcode::cpack_v, M{1}, edge, 1));
        b.word(op(Opcode::csend, M{0}, kOutbox));
        b.word(op(Opcode::csend, M{1}, kOutbox));
        b.word(op(Opcode::crecv, M{0}, kInbox));
        b.word(op(Opcode::crecv, M{1}, kInbox));
        b.word(op(Opcode::cunpack_v, edge, M{0}));
        b.word(op(Opcode::sscattr_v32, edge, at(rods)), op(Opcode::cunpack_v, upper, M{1}));
        b.word(op(Opcode::sscattr_v32, upper, at(rods, 32)));
      },
      [&] {
        b.word(op(Opcode::sgather_v64, cell(0), at(rods)));
        b.word(op(Opcode::sgather_v64, cell(1), at(rods, kCell)));
      });
  return finish(b, {greatest(0), greatest(1)}, {}, {});
}
constexpr double kHaloOps = 11, kHaloWords = 10;

class Stencil {
 public:
  Stencil(std::uint64_t seed, std::size_t sentron) {
    Stream stream(seed, sentron);
    rods_ = filled<float>(stream, kCells * 16, Fill::f32);
  }

  void work() {
    std::array<Floats, 2> greatest = greatest_;  // local, so that the compiler knows that they do not alias
    for (std::uint64_t n = 0; n < kSweeps; ++n) {
      Floats left, mid;
      std::copy_n(rods_.begin(), 16, left.begin());
      std::copy_n(rods_.begin() + 16, 16, mid.begin());
      for (std::size_t k = 1; k <= kInner; ++k) {
        float* const at = &rods_[k * 16];
        Floats right, next, most = greatest[(k - 1) % 2];
        std::copy_n(at + 16, 16, right.begin());
        for (std::size_t i = 0; i < 16; ++i) {
          next[i] = (left[i] + right[i]) * 0.25F + mid[i] * 0.5F;
          most[i] = most[i] > next[i] ? most[i] : next[i];
        }
        std::copy(next.begin(), next.end(), at);
        greatest[(k - 1) % 2] = most;
        left = mid;
        mid = right;
      }
    }
    greatest_ = greatest;
  }
  Floats sent() const {
    Floats edge;
    std::copy_n(rods_.begin() + kInner * 16, 16, edge.begin());
    return edge;
  }
  void receive(const Floats& edge) { std::copy(edge.begin(), edge.end(), rods_.begin()); }
  Image image() const {
    Registers registers;
    registers.add(greatest_[0]).add(greatest_[1]);
    return {registers.bytes(), bytes_of(rods_)};
  }

 private:
  std::vector<float> rods_;
  std::array<Floats, 2> greatest_{};
};

}  // namespace

Workload stencil() {
  constexpr double kVectors = kInner * static_cast<double>(kSweeps);
  return {.name = "stencil",
          .what =
              "three-point averages along sixteen rods of 144 cells, with running maxima; sixteen sweeps, then the "
              "neighbour's edge cell",
          .ops = kSentrons * (nest_ops(kSweeps, kStencilBlocks) + 2 * kSweeps + 6 * kVectors + kHaloOps),
          .control = kSentrons * nest_control(kSweeps, kStencilBlocks),
          .words = kSentrons * (nest_words(kSweeps, kStencilBlocks, 4 * kStencilBody, 2) + kHaloWords),
          .flop = kSentrons * 80 * kVectors,
          .bytes = kSentrons * (128 * (kVectors + kSweeps) + 128),
          .make = stencil_program,
          .reference = pair_of<Stencil>};
}

}  // namespace vtpu::kernels
