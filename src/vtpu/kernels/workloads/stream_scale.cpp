#include <algorithm>

#include "vtpu/base/random.h"
#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

constexpr std::size_t kScaleVectors = 96, kScaleBody = 48;
constexpr std::uint64_t kScaleBlocks = kScaleVectors / kScaleBody, kScaleRounds = 16;
constexpr std::size_t kScaleWords = 3 * kScaleBody + 2;

/// 1 or −1 in binary32; those of the second sentron have the other sign.
std::uint64_t scale_of(std::uint64_t seed, std::size_t k, std::size_t sentron) {
  return std::bit_cast<std::uint32_t>((mix64(seed + k) + sentron) % 2 == 0 ? 1.0F : -1.0F);
}

isa::Program stream_scale_program(std::uint64_t iterations, std::uint64_t seed) {
  const P x{0}, parameters{1};
  const V shift{12}, zero{13};
  const auto in = [](std::size_t i) { return V{static_cast<unsigned>(i % 2)}; };
  const auto scale = [](std::size_t i) { return V{static_cast<unsigned>(2 + i % 2)}; };
  const auto product = [](std::size_t i) { return V{static_cast<unsigned>(4 + i % 2)}; };
  const auto out = [](std::size_t i) { return V{static_cast<unsigned>(6 + i % 2)}; };
  const auto factor = [](std::size_t i) { return R{static_cast<unsigned>(4 + i % 2)}; };
  const auto place = [&](std::size_t i) { return at(x, kBlock, 1, static_cast<std::int32_t>(i * kCell)); };
  Builder b("stream_scale");
  begin(b, seed);
  allocate(b, x, 1, kScaleVectors * kCell);
  allocate(b, parameters, 2, kCell);
  fill(b, x, kScaleVectors * 16, Fill::f32);
  fill(b, parameters, 16, Fill::f32);
  b.word(op(Opcode::sgather_v64, shift, at(parameters)));
  b.word(op(Opcode::dshl_i64, R{1}, kRank, 31));
  for (std::size_t k = 0; k < kKeys; ++k) {
    b.word(op(Opcode::dxor_i64, R{0}, R{1}, scale_of(seed, k, 0)));
    b.word(op(Opcode::cpack_i64, key_buffer(k), key_lane(k), R{0}));
  }
  nest(
      b, iterations, kScaleRounds, kScaleBlocks, kScaleBody * kCell,
      [&] {
        for (std::size_t i = 0; i <= kScaleBody; ++i) {
          isa::Op last, store;  // of the previous vector
          if (i > 0) {
            last = op(Opcode::dmax_f32x16, out(i - 1), product(i - 1), zero);
            store = op(Opcode::sscattr_v64, out(i - 1), place(i - 1));
          }
          if (i == kScaleBody) {
            b.word(last);
            b.word(store);
            break;
          }
          b.word(last, op(Opcode::sgather_v64, in(i), place(i)),
                 op(Opcode::cunpack_i64, factor(i), key_buffer(i), key_lane(i)));
          b.word(op(Opcode::dbcast_i32, scale(i), factor(i)), store);
          b.word(op(Opcode::dfma_f32x16, product(i), in(i), scale(i), shift));
        }
      },
      [&] {
        b.word(op(Opcode::csend, M{1}, kOutbox));
        b.word(op(Opcode::crecv, M{1}, kInbox));
      });
  return finish(b, {}, {M{1}, M{2}, M{3}}, {});
}

class StreamScale {
 public:
  StreamScale(std::uint64_t seed, std::size_t sentron) {
    Stream stream(seed, sentron);
    x_ = filled<float>(stream, kScaleVectors * 16, Fill::f32);
    shift_ = filled<float>(stream, 16, Fill::f32);
    for (std::size_t k = 0; k < kKeys; ++k) scales_[k / 4].lane[k % 4] = scale_of(seed, k, sentron);
  }

  void work() {
    std::array<float, kKeys> scales;
    for (std::size_t k = 0; k < kKeys; ++k)
      scales[k] = std::bit_cast<float>(static_cast<std::uint32_t>(scales_[k / 4].lane[k % 4]));
    Floats shift;  // local, so that the compiler knows that it does not alias
    std::copy(shift_.begin(), shift_.end(), shift.begin());
    for (std::uint64_t n = 0; n < kScaleRounds; ++n)
      for (std::size_t k = 0; k < kScaleVectors; ++k) {
        float* const x = &x_[k * 16];
        const float scale = scales[k % kKeys];
        Floats next;
        for (std::size_t i = 0; i < 16; ++i) {
          const float value = x[i] * scale + shift[i];
          next[i] = value > 0 ? value : 0;
        }
        std::copy(next.begin(), next.end(), x);
      }
  }
  Buffer sent() const { return scales_[0]; }
  void receive(const Buffer& message) { scales_[0] = message; }
  Image image() const {
    Registers registers;
    for (const Buffer& buffer : scales_) registers.add(buffer);
    return {registers.bytes(), bytes_of(x_), bytes_of(shift_)};
  }

 private:
  std::vector<float> x_, shift_;
  std::array<Buffer, 3> scales_{};
};

}  // namespace

Workload stream_scale() {
  constexpr double kVectors = kScaleVectors * static_cast<double>(kScaleRounds);
  return {
      .name = "stream_scale",
      .what =
          "x = max(a x + b, 0) in 6 KiB, each vector with its own a out of message buffers; the neighbours exchange "
          "a third of the scales",
      .ops = kSentrons * (nest_ops(kScaleRounds, kScaleBlocks) + 6 * kVectors + 2),
      .control = kSentrons * nest_control(kScaleRounds, kScaleBlocks),
      .words = kSentrons * (nest_words(kScaleRounds, kScaleBlocks, kScaleWords) + 2),
      .flop = kSentrons * 48 * kVectors,
      .bytes = kSentrons * 128 * kVectors,
      .make = stream_scale_program,
      .reference = pair_of<StreamScale>};
}

}  // namespace vtpu::kernels
