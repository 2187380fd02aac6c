#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::size_t kPackRecords = 128, kPackBody = 32;
constexpr std::uint64_t kPackBlocks = kPackRecords / kPackBody, kPackRounds = 8;

isa::Program pack_unpack_program(std::uint64_t iterations, std::uint64_t seed) {
  const P x{0};
  const R sum{0}, mixed{1}, packed{2}, echo{3}, low{6}, words{7}, difference{8};
  const auto second = [](std::size_t i) { return R{static_cast<unsigned>(4 + i % 2)}; };
  const auto record = [](std::size_t i) { return V{static_cast<unsigned>(i % 4)}; };
  const auto place = [&](std::size_t i, std::size_t byte) {
    return at(x, kBlock, 1, static_cast<std::int32_t>(i * kCell + byte));
  };
  const auto read_echo = [&](std::size_t i) {
    return op(Opcode::cunpack_i64, echo, M{static_cast<unsigned>(2 + i % 2)}, i / 2 % 4);
  };
  const isa::Op mix_low = op(Opcode::dxor_i64, words, words, low);
  const isa::Op subtract = op(Opcode::dsub_i64, difference, difference, echo);
  Builder b("pack_unpack");
  begin(b, seed);
  allocate(b, x, 1, kPackRecords * kCell);
  fill(b, x, kPackRecords * 8, Fill::bits64);
  clear(b, {sum, mixed, words, difference});
  nest(
      b, iterations, kPackRounds, kPackBlocks, kPackBody * kCell,
      [&] {
        for (std::size_t i = 0; i < kPackBody; ++i) {
          // The echo of the previous record is still to be read.
          b.word(i > 0 ? mix_low : isa::Op{}, op(Opcode::sgather_v64, record(i), place(i, 0)),
                 i > 0 ? read_echo(i - 1) : isa::Op{});
          b.word(i > 0 ? subtract : isa::Op{}, op(Opcode::sgather_i64, second(i), place(i, 8)),
                 op(Opcode::cpack_v, M{static_cast<unsigned>(i % 2)}, record(i), i / 2 % 2));
          b.word(op(Opcode::dadd_i64, sum, sum, second(i)), op(Opcode::sgather_i32, low, place(i, 16)),
                 op(Opcode::cunpack_i64, packed, M{static_cast<unsigned>(i % 2)}, i % 4));
          b.word(op(Opcode::dxor_i64, mixed, mixed, packed), op(Opcode::sscattr_i64, packed, place(i, 8)),
                 op(Opcode::cpack_i64, M{static_cast<unsigned>(2 + i % 2)}, i / 2 % 4, packed));
        }
        b.word(mix_low, read_echo(kPackBody - 1));
        b.word(subtract);
      },
      [&] {
        const R sums[] = {sum, mixed, words, difference};
        swap_sums(b, {sum, mixed, words, difference}, M{1});
        for (unsigned k = 0; k <= 4; ++k) {
          const auto received = [](unsigned lane) { return R{2 + lane % 2}; };
          b.word(k > 0 ? op(Opcode::dxor_i64, sums[k - 1], sums[k - 1], received(k - 1)) : isa::Op{},
                 k < 4 ? op(Opcode::cunpack_i64, received(k), M{1}, k) : isa::Op{});
        }
      });
  return finish(b, {}, {M{0}, M{1}, M{2}, M{3}}, {sum, mixed, words, difference});
}
constexpr std::size_t kPackWords = 4 * kPackBody + 2;
constexpr double kMergeOps = 8, kMergeWords = 6;  // of the neighbour's sums; a word closes the loop

class PackUnpack {
 public:
  PackUnpack(std::uint64_t seed, std::size_t sentron) {
    Stream stream(seed, sentron);
    x_ = filled<std::uint64_t>(stream, kPackRecords * 8, Fill::bits64);
  }

  void work() {
    // Local: they do not alias.
    std::uint64_t sum = sums_.lane[0], mixed = sums_.lane[1], words = sums_.lane[2], difference = sums_.lane[3];
    std::uint64_t* const __restrict x = x_.data();
    std::array<Buffer, 2> echoes = echoes_;
    for (std::uint64_t n = 0; n < kPackRounds; ++n) {
      const auto one = [&](std::size_t k) {
        const std::uint64_t packed = x[k * 8 + k / 2 % 2 * 4 + k % 4];
        sum += x[k * 8 + 1];
        words ^= static_cast<std::uint32_t>(x[k * 8 + 2]);
        mixed ^= packed;
        x[k * 8 + 1] = packed;
        difference -= packed;
        return packed;
      };
      for (std::size_t k = 0; k < kPackRecords - 8; ++k) one(k);
      // Only the last eight records leave a trace in the buffers.
      for (std::size_t k = kPackRecords - 8; k < kPackRecords; ++k) echoes[k % 2].lane[k / 2 % 4] = one(k);
    }
    sums_.lane = {sum, mixed, words, difference};
    echoes_ = echoes;
  }
  Buffer sent() const { return sums_; }
  void receive(const Buffer& message) {
    sent_ = sums_;
    received_ = message;
    for (std::size_t k = 0; k < 4; ++k) sums_.lane[k] ^= message.lane[k];
  }
  Image image() const {
    Registers registers;
    registers.add(sent_).add(received_);
    for (const Buffer& buffer : echoes_) registers.add(buffer);
    for (const std::uint64_t sum : sums_.lane) registers.add(sum);
    return {registers.bytes(), bytes_of(x_)};
  }

 private:
  std::vector<std::uint64_t> x_;
  Buffer sums_{}, sent_{}, received_{};
  std::array<Buffer, 2> echoes_{};
};

}  // namespace

Workload pack_unpack() {
  constexpr double kSteps = kPackRecords * static_cast<double>(kPackRounds);
  return {
      .name = "pack_unpack",
      .what =
          "records of 64 bytes through message buffers, two packs and two unpacks each; the sums go to the neighbour",
      .ops = kSentrons * (nest_ops(kPackRounds, kPackBlocks) + 12 * kSteps + kSwapOps + kMergeOps),
      .control = kSentrons * nest_control(kPackRounds, kPackBlocks),
      .words = kSentrons * (nest_words(kPackRounds, kPackBlocks, kPackWords) + kSwapOps + kMergeWords),
      .bytes = kSentrons * 84 * kSteps,
      .make = pack_unpack_program,
      .reference = pair_of<PackUnpack>};
}

}  // namespace vtpu::kernels
