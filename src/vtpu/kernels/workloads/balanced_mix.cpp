#include <algorithm>

#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

// Records of 128 bytes in three arrays: whole numbers a and b (64 bits), c (32), e (16); vectors u, w; results.
constexpr std::size_t kMixRecords = 64, kMixBody = 16, kMixRecord = 128;
constexpr std::uint64_t kMixTrips = kMixRecords / kMixBody;

isa::Program balanced_mix_program(std::uint64_t iterations, std::uint64_t seed) {
  const P numbers{0}, vectors{1}, results{2};
  const R sum{0}, greatest{1}, difference{2};
  const R a{4}, bb{5}, c{6}, e{7}, total{8}, mixed{9}, high{10}, echo{11}, copy{12};
  const V u{0}, w{1}, scaled{4}, sums{5}, half{6}, scale{8};
  const auto place = [](P array, std::size_t i, std::size_t byte) {
    return at(array, kBlock, 1, static_cast<std::int32_t>(i * kMixRecord + byte));
  };
  Builder b("balanced_mix");
  begin(b, seed);
  allocate(b, numbers, 1, kMixRecords * kMixRecord);
  allocate(b, vectors, 2, kMixRecords * kMixRecord);
  allocate(b, results, 3, kMixRecords * kMixRecord);
  fill(b, numbers, kMixRecords * kMixRecord / 8, Fill::bits64);
  fill(b, vectors, kMixRecords * kMixRecord / 4, Fill::f32);
  b.word(op(Opcode::dmov_i64, R{4}, std::bit_cast<std::uint32_t>(0.5F)));
  b.word(op(Opcode::dbcast_i32, scale, R{4}));
  clear(b, {sum, greatest, difference});
  nest(b, iterations, kMixTrips, 0, [&] {
    const isa::Op subtract = op(Opcode::dsub_i64, difference, difference, e);
    const isa::Op accumulate = op(Opcode::dadd_f32x16, sums, sums, scaled);
    const isa::Op keep = op(Opcode::cpack_v, M{2}, scaled, 0);
    const isa::Op read = op(Opcode::cunpack_i64, echo, M{2}, 2);
    for (std::size_t i = 0; i < kMixBody; ++i) {
      const bool more = i > 0;  // four ops of the previous record are left
      const std::size_t lane = i % 4;
      b.word(more ? subtract : isa::Op{}, op(Opcode::sgather_i64, a, place(numbers, i, 0)), more ? keep : isa::Op{});
      b.word(more ? accumulate : isa::Op{}, op(Opcode::sgather_i64, bb, place(numbers, i, 8)), more ? read : isa::Op{});
      b.word(op(Opcode::dadd_i64, total, a, bb), op(Opcode::sgather_i32, c, place(numbers, i, 16)),
             op(Opcode::cpack_i64, M{0}, lane, bb));
      b.word(op(Opcode::dxor_i64, mixed, total, c), op(Opcode::sgather_v64, u, place(vectors, i, 0)),
             op(Opcode::cpack_i64, M{1}, lane, total));
      b.word(op(Opcode::dshr_i64, high, mixed, 7), op(Opcode::sscattr_i64, total, place(results, i, 64)),
             op(Opcode::cunpack_i64, copy, M{0}, lane));
      b.word(op(Opcode::dadd_i64, sum, sum, high), op(Opcode::sgather_v64, w, place(vectors, i, 64)),
             op(Opcode::cpack_v, M{3}, u, 1));
      b.word(op(Opcode::dfma_f32x16, scaled, w, scale, u), op(Opcode::sgather_i16, e, place(numbers, i, 20)),
             op(Opcode::cunpack_v, half, M{3}));
      b.word(op(Opcode::dmax_i64, greatest, greatest, mixed), op(Opcode::sscattr_v64, scaled, place(results, i, 0)),
             op(Opcode::cpack_i64, M{1}, (lane + 2) % 4, high));
    }
    b.word(subtract, keep);
    b.word(accumulate, read);
    b.word(op(Opcode::dadd_i64, kBlock, kBlock, kMixBody * kMixRecord));
  });
  return finish(b, {sums, half}, {M{0}, M{1}}, {sum, greatest, difference, echo, copy});
}

class BalancedMix final : public Reference {
 public:
  explicit BalancedMix(std::uint64_t seed) {
    Stream stream(seed);
    numbers_ = filled<std::uint64_t>(stream, kMixRecords * 16, Fill::bits64);
    vectors_ = filled<float>(stream, kMixRecords * 32, Fill::f32);
  }

  void run(std::uint64_t iterations) override {
    if (iterations == 0) return;
    // Local, so that the compiler knows that they do not alias.
    std::uint64_t sum = sum_, difference = difference_;
    std::int64_t greatest = greatest_;
    Floats sums = sums_;
    for (std::uint64_t n = 0; n < iterations; ++n) {
      for (std::size_t k = 0; k < kMixRecords; ++k) {
        const std::uint64_t* __restrict record = &numbers_[k * 16];
        const float* __restrict u = &vectors_[k * 32];
        const float* __restrict w = u + 16;
        std::byte* __restrict result = &results_[k * kMixRecord];
        const std::uint64_t total = record[0] + record[1];
        const std::uint64_t mixed = total ^ static_cast<std::uint32_t>(record[2]);
        const std::uint64_t high = mixed >> 7;
        sum += high;
        greatest = std::max(greatest, static_cast<std::int64_t>(mixed));
        difference -= record[2] >> 32 & 0xffff;
        Floats scaled;
        for (std::size_t i = 0; i < 16; ++i) scaled[i] = w[i] * 0.5F + u[i];
        for (std::size_t i = 0; i < 16; ++i) sums[i] += scaled[i];
        std::memcpy(result, scaled.data(), sizeof(scaled));
        std::memcpy(result + 64, &total, 8);
      }
    }
    sum_ = sum;
    difference_ = difference;
    greatest_ = greatest;
    sums_ = sums;
    // Only the last four records leave a trace in the buffers, and only the last in the other registers.
    for (std::size_t k = kMixRecords - 4; k < kMixRecords; ++k) {
      const std::uint64_t* const record = &numbers_[k * 16];
      const std::uint64_t total = record[0] + record[1];
      buffers_[0].lane[k % 4] = record[1];
      buffers_[1].lane[k % 4] = total;
      buffers_[1].lane[(k + 2) % 4] = (total ^ static_cast<std::uint32_t>(record[2])) >> 7;
    }
    copy_ = numbers_[(kMixRecords - 1) * 16 + 1];
    std::copy_n(&vectors_[(kMixRecords - 1) * 32 + 8], 8, half_.begin());
    std::memcpy(&echo_, &results_[(kMixRecords - 1) * kMixRecord + 16], 8);
  }
  Image image() const override {
    Registers registers;
    registers.add(sums_).add(half_).add(buffers_[0]).add(buffers_[1]);
    registers.add(sum_).add(greatest_).add(difference_).add(echo_).add(copy_);
    return {registers.bytes(), bytes_of(numbers_), bytes_of(vectors_), results_};
  }

 private:
  std::vector<std::uint64_t> numbers_;
  std::vector<float> vectors_;
  std::vector<std::byte> results_ = std::vector<std::byte>(kMixRecords * kMixRecord);
  std::uint64_t sum_ = 0, difference_ = 0, echo_ = 0, copy_ = 0;
  std::int64_t greatest_ = 0;
  Floats sums_{}, half_{};
  std::array<Buffer, 2> buffers_{};
};

}  // namespace

Workload balanced_mix() {
  return {.name = "balanced_mix",
          .what =
              "records of whole numbers and vectors: six integer and two vector ops, six loads and two stores, eight "
              "packs and unpacks each",
          .ops = 24.0 * kMixRecords + kMixTrips + 2,
          .control = kMixTrips + 1.0,
          .words = kMixTrips * (8 * kMixBody + 4.0) + 3,
          .flop = 48.0 * kMixRecords,
          .bytes = 222.0 * kMixRecords,
          .make = balanced_mix_program,
          .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> {
            return std::make_unique<BalancedMix>(seed);
          }};
}

}  // namespace vtpu::kernels
