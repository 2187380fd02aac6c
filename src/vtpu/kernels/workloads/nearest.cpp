#include "vtpu/kernels/int_shape.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::uint64_t kNearestBlocks = 4;
constexpr std::size_t kNearestNumbers = kNearestBlocks * kIntBody;

isa::Program nearest_program(std::uint64_t iterations, std::uint64_t seed) {
  const P data{0}, beyond{1}, far{2}, near{3};
  const R received{10};
  constexpr std::int64_t kLinesApart = 1000;  // so that no sentron's messages are the nearest of the other
  Builder b("nearest");
  begin(b, seed);
  allocate(b, data, 1, kNearestNumbers * 8);
  b.word(op(Opcode::dmul_i64, R{1}, kRank, kLinesApart));
  b.word(op(Opcode::dxor_i64, R{2}, kRank, 1), op(Opcode::sindex, kInbox, kInbox, phext::Axis::line, R{1}));
  b.word(op(Opcode::dmul_i64, R{2}, R{2}, kLinesApart));
  b.word(op(Opcode::sindex, kOutbox, kOutbox, phext::Axis::line, R{2}));
  b.word(op(Opcode::sindex, far, kOutbox, phext::Axis::column, 3));
  b.word(op(Opcode::sindex, near, kOutbox, phext::Axis::column, 1));
  b.word(op(Opcode::sindex, beyond, kInbox, phext::Axis::column, 4));
  b.word(op(Opcode::cbar));  // so that the ticket has been taken before a receive can match it
  b.word(op(Opcode::dmov_i64, R{1}, std::bit_cast<std::uint64_t>(1.0)));
  b.word(op(Opcode::ctemp, R{1}));
  fill(b, data, kNearestNumbers, Fill::bits64);
  set_keys(b, seed);
  clear(b, {R{0}, R{1}, R{2}, R{3}});
  nest(
      b, iterations, 1, kNearestBlocks, kIntStep, [&] { int_block(b, data); },
      [&] {
        for (unsigned k = 0; k < 4; ++k) b.word(op(Opcode::cpack_i64, M{0}, k, R{k}));
        b.word(op(Opcode::csend, M{0}, far));
        b.word(op(Opcode::cpack_i64, M{0}, 0, R{1}));
        b.word(op(Opcode::csend, M{0}, near));
        b.word(op(Opcode::cbar));  // a receive would take a sentron's own messages if there were no nearer ones
        b.word(op(Opcode::crecv, M{0}, kInbox));  // the one of the two that was sent later
        b.word(op(Opcode::crecv, M{1}, beyond));
        b.word(op(Opcode::cunpack_i64, received, M{0}, 0));
        b.word(op(Opcode::dadd_i64, R{0}, R{0}, received));
      });
  return finish(b, {}, {M{0}, M{1}, M{2}, M{3}}, {R{0}, R{1}, R{2}, R{3}});
}
constexpr double kAfter = 12;  // words of one op, after which a word closes the loop

class Nearest {
 public:
  Nearest(std::uint64_t seed, std::size_t sentron) : numbers_(seed, sentron, kNearestNumbers) {}

  void work() { numbers_.pass(); }
  Buffer sent() const { return {numbers_.sums}; }
  void receive(const Buffer& message) {
    std::copy_n(message.lane.begin(), 4, numbers_.key.begin());
    nearer_ = message;
    nearer_.lane[0] = message.lane[1];
    numbers_.sums[0] += nearer_.lane[0];
  }
  Image image() const {
    Registers registers;
    registers.add(nearer_);
    for (std::size_t m = 1; m < 4; ++m) registers.add(numbers_.buffer(m));
    for (const std::uint64_t sum : numbers_.sums) registers.add(sum);
    return {registers.bytes(), bytes_of(numbers_.x)};
  }

 private:
  Numbers numbers_;
  Buffer nearer_{};
};

}  // namespace

Workload nearest() {
  return {
      .name = "nearest",
      .what = "two sentrons that exchange two messages after a barrier, each matched by its distance, every 413 words",
      .ops = kSentrons * (nest_ops(1, kNearestBlocks) + kNearestBlocks * kIntOps + kAfter),
      .control = kSentrons * nest_control(1, kNearestBlocks),
      .words = kSentrons * (nest_words(1, kNearestBlocks, kIntWords) + kAfter + 1),
      .bytes = kSentrons * kNearestBlocks * kIntBytes,
      .make = nearest_program,
      .reference = pair_of<Nearest>};
}

}  // namespace vtpu::kernels
