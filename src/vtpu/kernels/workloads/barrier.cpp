#include "vtpu/kernels/int_shape.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::uint64_t kBarrierBlocks = 4;
constexpr std::size_t kBarrierNumbers = kBarrierBlocks * kIntBody;
constexpr std::size_t kHalves = 2;  // of an iteration, each with its own place for the sum

isa::Program barrier_program(std::uint64_t iterations, std::uint64_t seed) {
  const P data{0}, own{1}, other{2};
  const R received{10};
  Builder b("barrier");
  begin(b, seed);
  allocate(b, data, 1, kBarrierNumbers * 8);
  allocate(b, own, 2, kHalves * kCell);
  b.word(op(Opcode::dxor_i64, R{1}, kRank, 1));
  b.word(op(Opcode::dmov_coord, P{7}, b.coordinate(region(2))));
  b.word(op(Opcode::sindex, other, P{7}, phext::Axis::section, R{1}));
  fill(b, data, kBarrierNumbers, Fill::bits64);
  set_keys(b, seed);
  clear(b, {R{0}, R{1}, R{2}, R{3}, kBlock});
  b.counted_loop(kIterations, iterations, [&] {
    // A sentron may write its place of one half while the neighbour still reads that of the other.
    for (std::size_t half = 0; half < kHalves; ++half) {
      const auto place = static_cast<std::int32_t>(half * kCell);
      b.counted_loop(kBlocks, kBarrierBlocks, [&] {
        int_block(b, data);
        b.word(op(Opcode::dadd_i64, kBlock, kBlock, kIntStep));
      });
      b.word(op(Opcode::dsub_i64, kBlock, kBlock, static_cast<std::int64_t>(kBarrierBlocks) * kIntStep),
             op(Opcode::sscattr_i64, R{0}, at(own, place)));
      b.word(op(Opcode::cbar));
      b.word(op(Opcode::sgather_i64, received, at(other, place)));
      b.word(op(Opcode::dadd_i64, R{0}, R{0}, received));
    }
  });
  return finish(b, {}, {}, {R{0}, R{1}, R{2}, R{3}});
}

class Strip {
 public:
  Strip(std::uint64_t seed, std::size_t sentron) : numbers_(seed, sentron, kBarrierNumbers) {}

  void work() {
    numbers_.pass();
    places_[half_ * kCell / 8] = numbers_.sums[0];
    half_ = (half_ + 1) % kHalves;
  }
  std::uint64_t sent() const { return numbers_.sums[0]; }
  void receive(std::uint64_t sum) { numbers_.sums[0] += sum; }
  Image image() const {
    Registers registers;
    for (const std::uint64_t sum : numbers_.sums) registers.add(sum);
    return {registers.bytes(), bytes_of(numbers_.x), bytes_of(places_)};
  }

 private:
  Numbers numbers_;
  std::size_t half_ = 0;
  std::vector<std::uint64_t> places_ = std::vector<std::uint64_t>(kHalves * kCell / 8);
};

class Barrier final : public Reference {
 public:
  explicit Barrier(std::uint64_t seed) : strips_(seed) {}
  void run(std::uint64_t iterations) override { strips_.run(kHalves * iterations); }
  Image image() const override { return strips_.image(); }

 private:
  Pair<Strip> strips_;
};

// A half sets the counter and steps kBlock; four ops and the barrier follow.
constexpr double kHalfOps = 2 + kBarrierBlocks * (kIntOps + 1) + 4;
constexpr double kHalfWords = 1 + kBarrierBlocks * (kIntWords + 2.0) + 4;

}  // namespace

Workload barrier() {
  return {
      .name = "barrier",
      .what = "two sentrons that read each other's sum after a barrier, about every 400 words",
      .ops = kSentrons * kHalves * kHalfOps,
      .control = kSentrons * (kHalves * kBarrierBlocks + 1.0),
      .words = kSentrons * (kHalves * kHalfWords + 1),
      .bytes = kSentrons * kHalves * (kBarrierBlocks * kIntBytes + 16),
      .waits = kHalves,
      .make = barrier_program,
      .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> { return std::make_unique<Barrier>(seed); }};
}

}  // namespace vtpu::kernels
