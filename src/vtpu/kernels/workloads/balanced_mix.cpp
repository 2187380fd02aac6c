#include <algorithm>

#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

// A record has 64 bytes of whole numbers (a with 64 bits, c with 32, e with 16), a vector u, and 128 bytes of results,
// a vector and a total, which the next round reads.
constexpr std::size_t kMixRecords = 48, kMixBody = 12;
constexpr std::uint64_t kMixBlocks = kMixRecords / kMixBody, kMixRounds = 12;
constexpr std::size_t kMixWords = 11 * kMixBody + 3;

isa::Program balanced_mix_program(std::uint64_t iterations, std::uint64_t seed) {
  const P numbers{0}, vectors{1}, results{2};
  const R sum{0}, greatest{1}, difference{2}, echo{3};
  const R a{4}, before{5}, c{6}, e{7}, total{8}, mixed{9}, high{10};
  const R first_key = a, second_key = before;  // when the numbers have been added
  const V u{0}, w{1}, scaled{2}, sums{3}, scale{4};
  const auto place = [](P array, std::size_t i, std::size_t byte) {
    return at(array, kBlock, 1, static_cast<std::int32_t>(i * kCell + byte));
  };
  const auto result = [&](std::size_t i, std::size_t byte) {
    return at(results, kBlock, 2, static_cast<std::int32_t>(2 * i * kCell + byte));
  };
  Builder b("balanced_mix");
  begin(b, seed);
  allocate(b, numbers, 1, kMixRecords * kCell);
  allocate(b, vectors, 2, kMixRecords * kCell);
  allocate(b, results, 3, kMixRecords * 2 * kCell);
  fill(b, numbers, kMixRecords * 8, Fill::bits64);
  fill(b, vectors, kMixRecords * 16, Fill::f32);
  b.word(op(Opcode::dmov_i64, R{4}, std::bit_cast<std::uint32_t>(0.5F)));
  b.word(op(Opcode::dbcast_i32, scale, R{4}));
  set_keys(b, seed);
  clear(b, {sum, greatest, difference});
  nest(
      b, iterations, kMixRounds, kMixBlocks, kMixBody * kCell,
      [&] {
        for (std::size_t i = 0; i <= kMixBody; ++i) {
          isa::Op accumulate, subtract, combine, pack, unpack;  // of the previous record
          if (i > 0) {
            accumulate = op(Opcode::dadd_f32x16, sums, sums, scaled);
            subtract = op(Opcode::dsub_i64, difference, difference, e);
            combine = op(Opcode::dxor_i64, sum, sum, echo);
            pack = op(Opcode::cpack_v, M{0}, scaled, 0);
            unpack = op(Opcode::cunpack_i64, echo, M{0}, 2);
          }
          if (i == kMixBody) {
            b.word(accumulate, pack);
            b.word(subtract, unpack);
            b.word(combine);
            break;
          }
          const std::size_t k = 2 * i;
          b.word(accumulate, op(Opcode::sgather_i64, a, place(numbers, i, 0)), pack);
          b.word(subtract, op(Opcode::sgather_i64, before, result(i, 64)), unpack);
          b.word(op(Opcode::dadd_i64, total, a, before), op(Opcode::sgather_i32, c, place(numbers, i, 16)),
                 op(Opcode::cunpack_i64, first_key, key_buffer(k), key_lane(k)));
          b.word(op(Opcode::dxor_i64, mixed, total, c), op(Opcode::sgather_v64, u, place(vectors, i, 0)),
                 op(Opcode::cunpack_i64, second_key, key_buffer(k + 1), key_lane(k + 1)));
          b.word(combine, op(Opcode::sscattr_i64, total, result(i, 64)));
          b.word(op(Opcode::dxor_i64, mixed, mixed, first_key), op(Opcode::sgather_v64, w, result(i, 0)));
          b.word(op(Opcode::dshr_i64, high, mixed, 7), op(Opcode::sgather_i16, e, place(numbers, i, 20)));
          b.word(op(Opcode::dfma_f32x16, scaled, w, scale, u));
          b.word(op(Opcode::dmax_i64, greatest, greatest, mixed), op(Opcode::sscattr_v64, scaled, result(i, 0)));
          b.word(op(Opcode::dadd_i64, sum, sum, high));
          b.word(op(Opcode::dxor_i64, difference, difference, second_key));
        }
      },
      [&] {
        swap_sums(b, {sum, greatest, difference, echo}, M{1});
      });
  return finish(b, {sums}, {M{0}, M{1}, M{2}, M{3}}, {sum, greatest, difference, echo});
}

class BalancedMix {
 public:
  BalancedMix(std::uint64_t seed, std::size_t sentron) : keys_(keys(seed, sentron)) {
    Stream stream(seed, sentron);
    numbers_ = filled<std::uint64_t>(stream, kMixRecords * 8, Fill::bits64);
    vectors_ = filled<float>(stream, kMixRecords * 16, Fill::f32);
  }

  void work() {
    // Local, so that the compiler knows that they do not alias.
    std::uint64_t sum = sum_, difference = difference_, echo = echo_;
    std::int64_t greatest = greatest_;
    Floats sums = sums_;
    const auto key = keys_;
    for (std::uint64_t n = 0; n < kMixRounds; ++n)
      for (std::size_t k = 0; k < kMixRecords; ++k) {
        const std::uint64_t* const __restrict record = &numbers_[k * 8];
        const float* const __restrict u = &vectors_[k * 16];
        std::byte* const __restrict result = &results_[k * 2 * kCell];
        std::uint64_t total = 0;
        Floats scaled;
        std::memcpy(&total, result + 64, 8);
        std::memcpy(scaled.data(), result, sizeof(scaled));
        total += record[0];
        const std::uint64_t mixed = total ^ static_cast<std::uint32_t>(record[2]) ^ key[2 * k % kKeys];
        sum += mixed >> 7;
        greatest = std::max(greatest, static_cast<std::int64_t>(mixed));
        difference ^= key[(2 * k + 1) % kKeys];
        difference -= record[2] >> 32 & 0xffff;
        for (std::size_t i = 0; i < 16; ++i) scaled[i] = scaled[i] * 0.5F + u[i];
        for (std::size_t i = 0; i < 16; ++i) sums[i] += scaled[i];
        std::memcpy(result, scaled.data(), sizeof(scaled));
        std::memcpy(result + 64, &total, 8);
        std::memcpy(&echo, result + 16, 8);
        sum ^= echo;
      }
    sum_ = sum;
    difference_ = difference;
    echo_ = echo;
    greatest_ = greatest;
    sums_ = sums;
  }
  Buffer sent() const { return {{sum_, static_cast<std::uint64_t>(greatest_), difference_, echo_}}; }
  void receive(const Buffer& message) { std::copy_n(message.lane.begin(), 4, keys_.begin()); }
  Image image() const {
    Registers registers;
    registers.add(sums_).add(sent());
    for (std::size_t m = 0; m < 3; ++m) {
      Buffer buffer{};
      std::copy_n(keys_.begin() + static_cast<std::ptrdiff_t>(4 * m), 4, buffer.lane.begin());
      registers.add(buffer);
    }
    registers.add(sum_).add(greatest_).add(difference_).add(echo_);
    return {registers.bytes(), bytes_of(numbers_), bytes_of(vectors_), results_};
  }

 private:
  std::vector<std::uint64_t> numbers_;
  std::vector<float> vectors_;
  std::vector<std::byte> results_ = std::vector<std::byte>(kMixRecords * 2 * kCell);
  std::array<std::uint64_t, kKeys> keys_;
  std::uint64_t sum_ = 0, difference_ = 0, echo_ = 0;
  std::int64_t greatest_ = 0;
  Floats sums_{};
};

}  // namespace

Workload balanced_mix() {
  constexpr double kSteps = kMixRecords * static_cast<double>(kMixRounds);
  return {.name = "balanced_mix",
          .what =
              "records of whole numbers and vectors: nine integer and two vector ops, six loads and two stores, a pack "
              "and three unpacks each",
          .ops = kSentrons * (nest_ops(kMixRounds, kMixBlocks) + 23 * kSteps + kSwapOps),
          .control = kSentrons * nest_control(kMixRounds, kMixBlocks),
          .words = kSentrons * (nest_words(kMixRounds, kMixBlocks, kMixWords) + kSwapOps),
          .flop = kSentrons * 48 * kSteps,
          .bytes = kSentrons * 222 * kSteps,
          .make = balanced_mix_program,
          .reference = pair_of<BalancedMix>};
}

}  // namespace vtpu::kernels
