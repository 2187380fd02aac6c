#include <algorithm>

#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::size_t kGatherBody = 48, kSums = 8;
constexpr std::uint64_t kGatherBlocks = 24, kGatherRounds = 2;
constexpr std::size_t kGatherCount = kGatherBody * kGatherBlocks, kGatherWords = 2 * kGatherBody + 2;

isa::Program sparse_gather_program(std::uint64_t iterations, std::uint64_t seed) {
  const P places{0}, table{1}, totals{2};
  const R checksum{0};
  const auto place = [](std::size_t i) { return R{static_cast<unsigned>(4 + i % 4)}; };
  const auto row = [](std::size_t i) { return V{static_cast<unsigned>(8 + i % 4)}; };
  const auto sum = [](std::size_t i) { return V{static_cast<unsigned>(i % kSums)}; };
  Builder b("sparse_gather");
  begin(b, seed);
  allocate(b, places, 1, kGatherCount * 4);
  allocate(b, table, 2, kRows * kCell);
  allocate(b, totals, 3, kCell);
  fill(b, places, kGatherCount, Fill::rows32);
  fill(b, table, kRows * 16, Fill::f32);
  clear(b, {checksum});
  std::array<V, kSums> all;
  for (std::size_t k = 0; k < kSums; ++k) all[k] = sum(k);
  nest(
      b, iterations, kGatherRounds, kGatherBlocks, kGatherBody * 4,
      [&] {
        const auto add_row = [&](std::size_t i) { return op(Opcode::dadd_f32x16, sum(i), sum(i), row(i)); };
        const auto load_row = [&](std::size_t i) { return op(Opcode::sgather_v64, row(i), at(table, place(i), 8)); };
        for (std::size_t i = 0; i < kGatherBody; ++i) {
          b.word(i >= 2 ? add_row(i - 2) : isa::Op{},
                 op(Opcode::sgather_i32, place(i), at(places, kBlock, 1, static_cast<std::int32_t>(i * 4))));
          b.word(op(Opcode::dadd_i64, checksum, checksum, place(i)), i >= 1 ? load_row(i - 1) : isa::Op{});
        }
        b.word(add_row(kGatherBody - 2), load_row(kGatherBody - 1));
        b.word(add_row(kGatherBody - 1));
      },
      [&] { swap_vectors(b, all, Opcode::dadd_f32x16, V{12}, V{13}, totals); });
  return finish(b, {V{0}, V{1}, V{2}, V{3}, V{4}, V{5}, V{6}, V{7}}, {}, {checksum});
}

class SparseGather {
 public:
  SparseGather(std::uint64_t seed, std::size_t sentron) {
    Stream stream(seed, sentron);
    places_ = filled<std::uint32_t>(stream, kGatherCount, Fill::rows32);
    table_ = filled<float>(stream, kRows * 16, Fill::f32);
  }

  void work() {
    std::array<Floats, kSums> sums = sums_;  // local, so that the compiler knows that they do not alias
    std::uint64_t checksum = checksum_;
    const std::uint32_t* const places = places_.data();
    for (std::uint64_t n = 0; n < kGatherRounds; ++n)
      for (std::size_t k = 0; k < kGatherCount; k += kSums)
        for (std::size_t j = 0; j < kSums; ++j) {
          checksum += places[k + j];
          const float* const row = table_.data() + places[k + j] * 2;  // in units of eight bytes
          Floats sum = sums[j];  // a copy: compilers put its lanes into one register, unlike those of an element
          for (std::size_t i = 0; i < 16; ++i) sum[i] += row[i];
          sums[j] = sum;
        }
    sums_ = sums;
    checksum_ = checksum;
  }
  std::array<float, 8> sent() const { return folded(sums_); }
  void receive(const std::array<float, 8>& message) {
    for (std::size_t i = 0; i < 8; ++i) totals_[i] += message[i];
  }
  Image image() const {
    Registers registers;
    for (const Floats& sum : sums_) registers.add(sum);
    registers.add(checksum_);
    return {registers.bytes(), bytes_of(places_), bytes_of(table_), bytes_of(totals_)};
  }

 private:
  std::vector<std::uint32_t> places_;
  std::vector<float> table_, totals_ = std::vector<float>(8);
  std::uint64_t checksum_ = 0;
  std::array<Floats, kSums> sums_{};
};

}  // namespace

Workload sparse_gather() {
  constexpr double kSteps = kGatherCount * static_cast<double>(kGatherRounds);
  return {.name = "sparse_gather",
          .what =
              "sums of rows of 64 bytes at 1152 places read from memory, table of 8 KiB; the finished bag goes to the "
              "neighbour",
          .ops = kSentrons * (nest_ops(kGatherRounds, kGatherBlocks) + 4 * kSteps + swap_words(kSums) + 1),
          .control = kSentrons * nest_control(kGatherRounds, kGatherBlocks),
          .words = kSentrons * (nest_words(kGatherRounds, kGatherBlocks, kGatherWords) + swap_words(kSums)),
          .flop = kSentrons * 16 * (kSteps + swap_adds(kSums)),
          .bytes = kSentrons * (68 * kSteps + 64),
          .make = sparse_gather_program,
          .reference = pair_of<SparseGather>};
}

}  // namespace vtpu::kernels
