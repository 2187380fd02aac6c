#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::size_t kPackRecords = 128, kPackBody = 32;
constexpr std::uint64_t kPackTrips = kPackRecords / kPackBody;

isa::Program pack_unpack_program(std::uint64_t iterations, std::uint64_t seed) {
  const P x{0}, y{1};
  const R sum{0}, mixed{1}, packed{2}, echo{3}, low{6}, words{7}, difference{8};
  const auto second = [](std::size_t i) { return R{static_cast<unsigned>(4 + i % 2)}; };
  const auto record = [](std::size_t i) { return V{static_cast<unsigned>(i % 4)}; };
  const auto place = [](P array, std::size_t i, std::size_t byte) {
    return at(array, kBlock, 1, static_cast<std::int32_t>(i * kCell + byte));
  };
  const auto read_echo = [&](std::size_t i) {
    return op(Opcode::cunpack_i64, echo, M{static_cast<unsigned>(2 + i % 2)}, i / 2 % 4);
  };
  const isa::Op mix_low = op(Opcode::dxor_i64, words, words, low);
  const isa::Op subtract = op(Opcode::dsub_i64, difference, difference, echo);
  Builder b("pack_unpack");
  begin(b, seed);
  allocate(b, x, 1, kPackRecords * kCell);
  allocate(b, y, 2, kPackRecords * kCell);
  fill(b, x, kPackRecords * 8, Fill::bits64);
  clear(b, {sum, mixed, words, difference});
  nest(b, iterations, kPackTrips, 0, [&] {
    for (std::size_t i = 0; i < kPackBody; ++i) {
      // The echo of the previous record is still to be read.
      b.word(i > 0 ? mix_low : isa::Op{}, op(Opcode::sgather_v64, record(i), place(x, i, 0)),
             i > 0 ? read_echo(i - 1) : isa::Op{});
      b.word(i > 0 ? subtract : isa::Op{}, op(Opcode::sgather_i64, second(i), place(x, i, 8)),
             op(Opcode::cpack_v, M{static_cast<unsigned>(i % 2)}, record(i), i / 2 % 2));
      b.word(op(Opcode::dadd_i64, sum, sum, second(i)), op(Opcode::sgather_i32, low, place(x, i, 16)),
             op(Opcode::cunpack_i64, packed, M{static_cast<unsigned>(i % 2)}, i % 4));
      b.word(op(Opcode::dxor_i64, mixed, mixed, packed), op(Opcode::sscattr_i64, packed, place(y, i, 0)),
             op(Opcode::cpack_i64, M{static_cast<unsigned>(2 + i % 2)}, i / 2 % 4, packed));
    }
    b.word(mix_low, read_echo(kPackBody - 1));
    b.word(subtract);
    b.word(op(Opcode::dadd_i64, kBlock, kBlock, kPackBody * kCell));
  });
  return finish(b, {}, {M{0}, M{1}, M{2}, M{3}}, {sum, mixed, words, difference});
}

class PackUnpack final : public Reference {
 public:
  explicit PackUnpack(std::uint64_t seed) {
    Stream stream(seed);
    x_ = filled<std::uint64_t>(stream, kPackRecords * 8, Fill::bits64);
  }

  void run(std::uint64_t iterations) override {
    if (iterations == 0) return;
    std::uint64_t sum = sum_, mixed = mixed_, words = words_, difference = difference_;  // local: they do not alias
    const std::uint64_t* __restrict x = x_.data();
    std::uint64_t* __restrict y = y_.data();
    const auto packed_of = [](std::size_t k) { return k * 8 + k / 2 % 2 * 4 + k % 4; };
    for (std::uint64_t n = 0; n < iterations; ++n) {
      for (std::size_t k = 0; k < kPackRecords; ++k) {
        const std::uint64_t packed = x[packed_of(k)];
        sum += x[k * 8 + 1];
        words ^= static_cast<std::uint32_t>(x[k * 8 + 2]);
        mixed ^= packed;
        y[k * 8] = packed;
        difference -= packed;
      }
    }
    // Only the last eight records leave a trace in the buffers.
    for (std::size_t k = kPackRecords - 8; k < kPackRecords; ++k) {
      std::memcpy(&buffers_[k % 2], x + k * 8 + k / 2 % 2 * 4, sizeof(Buffer));
      buffers_[2 + k % 2].lane[k / 2 % 4] = x[packed_of(k)];
    }
    sum_ = sum;
    mixed_ = mixed;
    words_ = words;
    difference_ = difference;
  }
  Image image() const override {
    Registers registers;
    for (const Buffer& buffer : buffers_) registers.add(buffer);
    registers.add(sum_).add(mixed_).add(words_).add(difference_);
    return {registers.bytes(), bytes_of(x_), bytes_of(y_)};
  }

 private:
  std::vector<std::uint64_t> x_, y_ = std::vector<std::uint64_t>(kPackRecords * 8);
  std::array<Buffer, 4> buffers_{};
  std::uint64_t sum_ = 0, mixed_ = 0, words_ = 0, difference_ = 0;
};

}  // namespace

Workload pack_unpack() {
  return {
      .name = "pack_unpack",
      .what = "records of 64 bytes through message buffers, two packs and two unpacks each",
      .ops = 12.0 * kPackRecords + kPackTrips + 2,
      .control = kPackTrips + 1.0,
      .words = kPackTrips * (4 * kPackBody + 4.0) + 3,
      .bytes = 84.0 * kPackRecords,
      .make = pack_unpack_program,
      .reference = [](std::uint64_t seed) -> std::unique_ptr<Reference> { return std::make_unique<PackUnpack>(seed); }};
}

}  // namespace vtpu::kernels
