#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::size_t kGatherCount = 512, kGatherBody = 32;
constexpr std::uint64_t kGatherTrips = kGatherCount / kGatherBody;

isa::Program sparse_gather_program(std::uint64_t iterations, std::uint64_t seed) {
  const P places{0}, table{1};
  const R checksum{0};
  const auto place = [](std::size_t i) { return R{static_cast<unsigned>(4 + i % 4)}; };
  const auto row = [](std::size_t i) { return V{static_cast<unsigned>(8 + i % 4)}; };
  const auto sum = [](std::size_t i) { return V{static_cast<unsigned>(i % 4)}; };
  const auto add_row = [&](std::size_t i) { return op(Opcode::dadd_f32x16, sum(i), sum(i), row(i)); };
  const auto gather_row = [&](std::size_t i) { return op(Opcode::sgather_v64, row(i), at(table, place(i), 8)); };
  const auto keep_row = [&](std::size_t i) {
    return op(Opcode::cpack_v, M{static_cast<unsigned>(2 + i % 2)}, row(i), i / 2 % 2);
  };
  Builder b("sparse_gather");
  begin(b, seed);
  allocate(b, places, 1, kGatherCount * 4);
  allocate(b, table, 2, kRows * kCell);
  fill(b, places, kGatherCount, Fill::rows32);
  fill(b, table, kRows * 16, Fill::f32);
  clear(b, {checksum});
  nest(b, iterations, kGatherTrips, 0, [&] {
    for (std::size_t i = 0; i < kGatherBody; ++i) {
      const isa::Op load_place =
          op(Opcode::sgather_i32, place(i), at(places, kBlock, 1, static_cast<std::int32_t>(i * 4)));
      if (i >= 2) {
        b.word(add_row(i - 2), load_place, keep_row(i - 2));
      } else {
        b.word(load_place);
      }
      const isa::Op load_row = i == 0 ? isa::Op{} : gather_row(i - 1);
      b.word(op(Opcode::dadd_i64, checksum, checksum, place(i)), load_row,
             op(Opcode::cpack_i64, M{static_cast<unsigned>(i % 2)}, i / 2 % 4, place(i)));
    }
    b.word(add_row(kGatherBody - 2), gather_row(kGatherBody - 1), keep_row(kGatherBody - 2));
    b.word(add_row(kGatherBody - 1), keep_row(kGatherBody - 1));
    b.word(op(Opcode::dadd_i64, kBlock, kBlock, kGatherBody * 4));
  });
  return finish(b, {V{0}, V{1}, V{2}, V{3}}, {M{0}, M{1}, M{2}, M{3}}, {checksum});
}

class SparseGather final : public Reference {
 public:
  explicit SparseGather(std::uint64_t seed) {
    Stream stream(seed);
    places_ = filled<std::uint32_t>(stream, kGatherCount, Fill::rows32);
    table_ = filled<float>(stream, kRows * 16, Fill::f32);
  }

  void run(std::uint64_t iterations) override {
    if (iterations == 0) return;
    std::array<Floats, 4> sums = sums_;  // local, so that the compiler knows that they do not alias
    std::uint64_t checksum = checksum_;
    const std::uint32_t* const places = places_.data();
    const auto row_of = [&](std::size_t k) { return table_.data() + places[k] * 2; };  // in units of eight bytes
    for (std::uint64_t n = 0; n < iterations; ++n) {
      for (std::size_t k = 0; k < kGatherCount; k += sums.size()) {
        for (std::size_t j = 0; j < sums.size(); ++j) {
          checksum += places[k + j];
          const float* const row = row_of(k + j);
          Floats sum = sums[j];  // a copy: compilers put its lanes into one register, unlike those of an element
          for (std::size_t i = 0; i < 16; ++i) sum[i] += row[i];
          sums[j] = sum;
        }
      }
    }
    // Only the last eight places leave a trace in the buffers.
    for (std::size_t k = kGatherCount - 8; k < kGatherCount; ++k) {
      buffers_[k % 2].lane[k / 2 % 4] = places[k];
      std::memcpy(&buffers_[2 + k % 2], row_of(k) + k / 2 % 2 * 8, sizeof(Buffer));
    }
    sums_ = sums;
    checksum_ = checksum;
  }
  Image image() const override {
    Registers registers;
    for (const Floats& sum : sums_) registers.add(sum);
    for (const Buffer& buffer : buffers_) registers.add(buffer);
    registers.add(checksum_);
    return {registers.bytes(), bytes_of(places_), bytes_of(table_)};
  }

 private:
  std::vector<std::uint32_t> places_;
  std::vector<float> table_;
  std::uint64_t checksum_ = 0;
  std::array<Floats, 4> sums_{};
  std::array<Buffer, 4> buffers_{};
};

}  // namespace

Workload sparse_gather() {
  return {.name = "sparse_gather",
          .what = "sums of rows of 64 bytes at 512 places read from memory, table of 8 KiB",
          .ops = 6.0 * kGatherCount + kGatherTrips + 2,
          .control = kGatherTrips + 1.0,
          .words = kGatherTrips * (2 * kGatherBody + 4.0) + 3,
          .flop = 16.0 * kGatherCount,
          .bytes = 68.0 * kGatherCount,
          .make = sparse_gather_program,
          .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> {
            return std::make_unique<SparseGather>(seed);
          }};
}

}  // namespace vtpu::kernels
