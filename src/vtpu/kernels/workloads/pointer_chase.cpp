#include <algorithm>

#include "vtpu/base/random.h"
#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {
namespace {

// Records of eight numbers: the place of the next one in units of eight bytes, then fields, of which four are used.
constexpr std::size_t kRecords = 128, kRecord = 8, kFields = 4, kChaseBody = 12;
constexpr std::uint64_t kChaseBlocks = 96;
constexpr double kSteps = kChaseBody * static_cast<double>(kChaseBlocks);

/// i → (i × factor + step) mod 128 is one cycle through all records, because factor is 1 modulo 4 and step is odd.
/// Source: Hull and Dobell, "Random number generators", SIAM Review 4(3), 1962.
struct Successor {
  std::uint64_t factor, step;
  explicit Successor(std::uint64_t seed)
      : factor(mix64(seed) / 4 * 4 % kRecords + 1), step(mix64(seed + 1) % kRecords | 1) {}
};

isa::Program pointer_chase_program(std::uint64_t iterations, std::uint64_t seed) {
  const Successor successor(seed);
  const P records{0};
  const R field{6}, key{7};
  const auto record = [](std::size_t i) { return R{static_cast<unsigned>(4 + i % 2)}; };
  const auto mixed = [](std::size_t k) { return R{static_cast<unsigned>(8 + k % 2)}; };
  Builder b("pointer_chase");
  begin(b, seed);
  allocate(b, records, 1, kRecords * kRecord * 8);
  fill(b, records, kRecords * kRecord, Fill::bits64);
  clear(b, {R{2}, R{4}});
  b.counted_loop(R{3}, kRecords, [&] {
    b.word(op(Opcode::dmul_i64, R{1}, R{2}, successor.factor));
    b.word(op(Opcode::dadd_i64, R{1}, R{1}, successor.step));
    b.word(op(Opcode::dand_i64, R{1}, R{1}, kRecords - 1));
    b.word(op(Opcode::dshl_i64, R{1}, R{1}, 3));
    b.word(op(Opcode::dadd_i64, R{4}, R{4}, kRecord * 8), op(Opcode::sscattr_i64, R{1}, at(records, R{4})));
    b.word(op(Opcode::dadd_i64, R{2}, R{2}, 1));
  });
  set_keys(b, seed);
  clear(b, {R{0}, R{1}, R{2}, R{3}, record(0)});
  b.counted_loop(kIterations, iterations, [&] {
    b.counted_loop(kBlocks, kChaseBlocks, [&] {
      isa::Op add;  // the previous field
      for (std::size_t i = 0; i < kChaseBody; ++i)
        for (std::size_t j = 0; j < kFields; ++j) {
          const std::size_t k = kFields * i + j;
          b.word(add, op(Opcode::sgather_i64, field, at(records, record(i), 8, static_cast<std::int32_t>(8 * (j + 1)))),
                 op(Opcode::cunpack_i64, key, key_buffer(k), key_lane(k)));
          const isa::Op follow = j == 0 ? op(Opcode::sgather_i64, record(i + 1), at(records, record(i), 8)) : isa::Op{};
          b.word(op(Opcode::dxor_i64, mixed(k), field, key), follow);
          const R sum{static_cast<unsigned>(j)};
          add = op(Opcode::dadd_i64, sum, sum, mixed(k));
        }
      b.word(add);
    });
    swap_sums(b, {R{0}, R{1}, R{2}, R{3}}, M{1});
  });
  return finish(b, {}, {M{0}, M{1}, M{2}, M{3}}, {R{0}, R{1}, R{2}, R{3}, record(0)});
}

class PointerChase {
 public:
  PointerChase(std::uint64_t seed, std::size_t sentron) : keys_(keys(seed, sentron)) {
    Stream stream(seed, sentron);
    records_ = filled<std::uint64_t>(stream, kRecords * kRecord, Fill::bits64);
    const Successor successor(seed);
    for (std::size_t i = 0; i < kRecords; ++i)
      records_[i * kRecord] = (i * successor.factor + successor.step) % kRecords * kRecord;
  }

  void work() {
    std::uint64_t at = at_;  // local, so that the compiler keeps it in a register, as the sums
    auto sums = sums_;
    const auto key = keys_;
    const std::uint64_t* const records = records_.data();
    for (std::uint64_t n = 0; n < kChaseBlocks * kChaseBody; n += kKeys / kFields)
      for (std::size_t i = 0; i < kKeys; i += kFields) {
        for (std::size_t j = 0; j < kFields; ++j) sums[j] += records[at + 1 + j] ^ key[i + j];
        at = records[at];
      }
    at_ = at;
    sums_ = sums;
  }
  Buffer sent() const { return {sums_}; }
  void receive(const Buffer& message) { std::copy_n(message.lane.begin(), 4, keys_.begin()); }
  Image image() const {
    Registers registers;
    registers.add(sent());
    for (std::size_t m = 0; m < 3; ++m) {
      Buffer buffer{};
      std::copy_n(keys_.begin() + static_cast<std::ptrdiff_t>(4 * m), 4, buffer.lane.begin());
      registers.add(buffer);
    }
    for (const std::uint64_t sum : sums_) registers.add(sum);
    registers.add(at_);
    return {registers.bytes(), bytes_of(records_)};
  }

 private:
  std::vector<std::uint64_t> records_;
  std::array<std::uint64_t, kKeys> keys_;
  std::array<std::uint64_t, 4> sums_{};
  std::uint64_t at_ = 0;
};

// Of a record: two dense ops and one unpacking for each field; a load for each field and the link.
constexpr double kRecordOps = 4.0 * kFields + 1;

}  // namespace

Workload pointer_chase() {
  return {.name = "pointer_chase",
          .what =
              "one list of records in 8 KiB, four fields of each added up under keys; four of the keys are the "
              "neighbour's last sums",
          .ops = kSentrons * (1 + kRecordOps * kSteps + kSwapOps),
          .control = kSentrons * (1.0 + kChaseBlocks),
          .words = kSentrons * (1 + kChaseBlocks * (2.0 * kFields * kChaseBody + 2) + kSwapOps),
          .bytes = kSentrons * 8.0 * (kFields + 1) * kSteps,
          .latency_bound = true,
          .make = pointer_chase_program,
          .reference = pair_of<PointerChase>};
}

}  // namespace vtpu::kernels
