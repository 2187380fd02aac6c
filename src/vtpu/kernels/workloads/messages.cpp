#include <deque>

#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::size_t kMessages = 16;

isa::Program messages_program(std::uint64_t iterations, std::uint64_t seed) {
  const P data{0}, mailbox{1};
  const R sum{0}, number{4}, received{5};
  Builder b("messages");
  begin(b, seed);
  allocate(b, data, 1, kMessages * 8);
  fill(b, data, kMessages, Fill::bits64);
  b.word(op(Opcode::dmov_coord, mailbox, b.coordinate(region(2))));
  clear(b, {sum});
  b.counted_loop(kIterations, iterations, [&] {
    for (std::size_t i = 0; i < kMessages; ++i) {
      b.word(op(Opcode::sgather_i64, number, at(data, static_cast<std::int32_t>(i * 8))));
      b.word(op(Opcode::cpack_i64, M{0}, i % 4, number));
      b.word(op(Opcode::csend, M{0}, mailbox));
      b.word(op(Opcode::crecv, M{1}, mailbox));
      b.word(op(Opcode::cunpack_i64, received, M{1}, i % 4));
      b.word(op(Opcode::dadd_i64, sum, sum, received));
    }
  });
  return finish(b, {}, {M{0}, M{1}}, {sum});
}

class Messages final : public Reference {
 public:
  explicit Messages(std::uint64_t seed) {
    Stream stream(seed);
    data_ = filled<std::uint64_t>(stream, kMessages, Fill::bits64);
  }

  void run(std::uint64_t iterations) override {
    for (std::uint64_t n = 0; n < iterations; ++n) {
      for (std::size_t k = 0; k < kMessages; ++k) {
        sent_.lane[k % 4] = data_[k];
        pending_.push_back(sent_);
        received_ = pending_.front();
        pending_.pop_front();
        sum_ += received_.lane[k % 4];
      }
    }
  }
  Image image() const override {
    Registers registers;
    registers.add(sent_).add(received_).add(sum_);
    return {registers.bytes(), bytes_of(data_)};
  }

 private:
  std::vector<std::uint64_t> data_;
  std::deque<Buffer> pending_;
  Buffer sent_{}, received_{};
  std::uint64_t sum_ = 0;
};

}  // namespace

Workload messages() {
  return {
      .name = "messages",
      .what = "a sentron sends itself 32 bytes and receives them",
      .ops = 6.0 * kMessages,
      .control = 1,
      .words = 6.0 * kMessages + 1,
      .bytes = 8.0 * kMessages,
      .make = messages_program,
      .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> { return std::make_unique<Messages>(seed); }};
}

}  // namespace vtpu::kernels
