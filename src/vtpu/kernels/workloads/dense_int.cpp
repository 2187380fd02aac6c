#include "vtpu/kernels/int_shape.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::uint64_t kIntBlocks = 24, kIntRounds = 2;
constexpr std::size_t kIntNumbers = kIntBlocks * kIntBody;

isa::Program dense_int_program(std::uint64_t iterations, std::uint64_t seed) {
  const P data{0};
  Builder b("dense_int");
  begin(b, seed);
  allocate(b, data, 1, kIntNumbers * 8);
  fill(b, data, kIntNumbers, Fill::bits64);
  set_keys(b, seed);
  clear(b, {R{0}, R{1}, R{2}, R{3}});
  nest(
      b, iterations, kIntRounds, kIntBlocks, kIntStep, [&] { int_block(b, data); },
      [&] {
        swap_sums(b, {R{0}, R{1}, R{2}, R{3}}, M{1});
      });
  return finish(b, {}, {M{0}, M{1}, M{2}, M{3}}, {R{0}, R{1}, R{2}, R{3}});
}

class DenseInt {
 public:
  DenseInt(std::uint64_t seed, std::size_t sentron) : numbers_(seed, sentron, kIntNumbers) {}

  void work() {
    for (std::uint64_t n = 0; n < kIntRounds; ++n) numbers_.pass();
  }
  Buffer sent() const { return {numbers_.sums}; }
  void receive(const Buffer& message) { std::copy_n(message.lane.begin(), 4, numbers_.key.begin()); }
  Image image() const {
    Registers registers;
    registers.add(sent());
    for (std::size_t m = 1; m < 4; ++m) registers.add(numbers_.buffer(m));
    for (const std::uint64_t sum : numbers_.sums) registers.add(sum);
    return {registers.bytes(), bytes_of(numbers_.x)};
  }

 private:
  Numbers numbers_;
};

}  // namespace

Workload dense_int() {
  return {.name = "dense_int",
          .what =
              "keys added to 9 KiB of 64-bit numbers, exclusive ors of the results; four of the keys are the "
              "neighbour's last sums",
          .ops = kSentrons * (nest_ops(kIntRounds, kIntBlocks) + kIntRounds * kIntBlocks * kIntOps + kSwapOps),
          .control = kSentrons * nest_control(kIntRounds, kIntBlocks),
          .words = kSentrons * (nest_words(kIntRounds, kIntBlocks, kIntWords) + kSwapOps),
          .bytes = kSentrons * kIntRounds * kIntBlocks * kIntBytes,
          .make = dense_int_program,
          .reference = pair_of<DenseInt>};
}

}  // namespace vtpu::kernels
