#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "vtpu/isa/builder.h"
#include "vtpu/kernels/workload.h"

/// Shared parts of the workloads: regions, data and final registers, each as words and as C++.
///
/// Register conventions: r11 counts rounds, r12 is the sentron's rank, r13 counts iterations, r14 is the displacement
/// of a block, r15 counts blocks; p4 and p5 are the mailboxes of the sentron and of its neighbour, p6 points to region
/// 0; p7, r0 to r3 and v15 are scratch during setup and at the end.
namespace vtpu::kernels {

using isa::at;
using isa::Builder;
using isa::M;
using isa::op;
using isa::Opcode;
using isa::P;
using isa::R;
using isa::V;

inline constexpr R kRounds{11}, kRank{12}, kIterations{13}, kBlock{14}, kBlocks{15};
inline constexpr P kInbox{4}, kOutbox{5}, kResult{6};
inline constexpr std::size_t kCell = 64;  ///< bytes per cell of every region

using Floats = std::array<float, 16>;
struct Buffer {  ///< an m register; holds whole numbers
  std::array<std::uint64_t, 4> lane;
};

/// The first cell of a sentron's region k; its cells lie along the columns.
phext::PackedCoordinate region(std::size_t k, std::size_t sentron = 0);
/// Coordinates of messages: where the sentrons take their ranks, and their mailboxes.
inline constexpr std::size_t kTickets = 50, kMailboxes = 51;

/// Allocates the sentron's region k with room for `bytes` (salloc) and sets `pointer` to its first cell.
void allocate(Builder& b, P pointer, std::size_t k, std::size_t bytes);

/// A random stream that a program computes in three words: s = s × A + C; the output is s xor s >> 33.
class Stream {
 public:
  static constexpr std::uint64_t kFactor = 6364136223846793005U;
  static constexpr std::uint64_t kStep = 1442695040888963407U;

  Stream(std::uint64_t seed, std::size_t sentron);
  std::uint64_t next() {
    state_ = state_ * kFactor + kStep;
    return state_ ^ (state_ >> 33);
  }
  std::uint64_t state() const { return state_; }

 private:
  std::uint64_t state_;
};

/// Contents of a region.
enum class Fill : std::uint8_t {
  bits64,  ///< all bits random
  f32,     ///< whole numbers from −8 to 7 in binary32
  bf16,    ///< the same in bfloat16
  rows32   ///< 8 × a number below 128, in 32 bits
};
inline constexpr std::size_t kRows = 128;

/// Takes a rank, sets the mailboxes, allocates region 0 and puts the start of the sentron's stream into r0.
void begin(Builder& b, std::uint64_t seed);
/// Fills `count` elements starting at `pointer`.
void fill(Builder& b, P pointer, std::size_t count, Fill kind);
/// The next number of the stream as an element. Only its low bytes are used, as many as the element has.
std::uint64_t element(Stream& stream, Fill kind);
std::size_t size_of(Fill kind);

/// The same elements in C++.
template <class T>
std::vector<T> filled(Stream& stream, std::size_t count, Fill kind) {
  std::vector<std::byte> bytes;
  while (bytes.size() < count * size_of(kind)) {
    const auto next = std::bit_cast<std::array<std::byte, 8>>(element(stream, kind));
    bytes.insert(bytes.end(), next.begin(), next.begin() + static_cast<std::ptrdiff_t>(size_of(kind)));
  }
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// Clears registers.
void clear(Builder& b, std::initializer_list<R> registers);

/// A loop of `iterations`, each of which goes through the data `rounds` times and then runs the words of `after`, which
/// exchange messages. A round runs the words of `before`, then those of `body` once per block; kBlock is the block's
/// displacement, a multiple of `step`.
void nest(Builder& b, std::uint64_t iterations, std::uint64_t rounds, std::uint64_t blocks, std::int64_t step,
          const std::function<void()>& body, const std::function<void()>& after,
          const std::function<void()>& before = {});
/// Words of an iteration of a nest, apart from those of `after`: those of `body` and `before`, and of the loops.
constexpr double nest_words(std::uint64_t rounds, std::uint64_t blocks, std::size_t body, std::size_t before = 0) {
  const auto r = static_cast<double>(rounds), n = static_cast<double>(blocks);
  return 1 + r * (static_cast<double>(before) + 1 + n * (static_cast<double>(body) + 2) + 2);
}
/// Dloop ops of an iteration of a nest.
constexpr double nest_control(std::uint64_t rounds, std::uint64_t blocks) {
  return 1 + static_cast<double>(rounds) * (1 + static_cast<double>(blocks));
}
/// Other ops of an iteration of a nest, apart from those of `body` and `after`: they set counters and step kBlock.
constexpr double nest_ops(std::uint64_t rounds, std::uint64_t blocks) {
  return 1 + static_cast<double>(rounds) * (2 + static_cast<double>(blocks));
}

/// Numbers that a sentron holds in the lanes of m1, m2 and m3, in this order.
inline constexpr std::size_t kKeys = 12;
constexpr M key_buffer(std::size_t k) { return {static_cast<unsigned>(1 + k / 4 % 3)}; }
constexpr std::int64_t key_lane(std::size_t k) { return static_cast<std::int64_t>(k % 4); }
std::array<std::uint64_t, kKeys> keys(std::uint64_t seed, std::size_t sentron);
/// Packs a sentron's keys. r0 is scratch.
void set_keys(Builder& b, std::uint64_t seed);

/// Sends four sums to the neighbour, in m0, and receives its sums: kSwapOps words of one op each.
void swap_sums(Builder& b, std::initializer_list<R> sums, M into);
inline constexpr double kSwapOps = 6;

/// Adds up vectors of 32-bit lanes with `add`, folds the sum to eight lanes, sends it to the neighbour, and adds what
/// the neighbour sent to the 32 bytes at `totals`: one op per word, but two in one. `first` and `second` are scratch.
void swap_vectors(Builder& b, std::span<const V> vectors, Opcode add, V first, V second, P totals);
/// Its words, and its additions of sixteen lanes.
constexpr double swap_words(std::size_t vectors) { return static_cast<double>(vectors) - 1 + 9; }
constexpr double swap_adds(std::size_t vectors) { return static_cast<double>(vectors) + 1; }
/// The same in C++: what is sent.
template <class Lane, std::size_t n>
std::array<Lane, 8> folded(const std::array<std::array<Lane, 16>, n>& vectors) {
  std::array<Lane, 16> first{}, second{};
  for (std::size_t i = 0; i < 16; ++i) {
    first[i] = vectors[0][i] + vectors[1][i];
    second[i] = vectors[2][i] + vectors[3][i];
    for (std::size_t k = 4; k < n; ++k) (k % 2 == 0 ? first : second)[i] += vectors[k][i];
    first[i] += second[i];
  }
  std::array<Lane, 8> half{};
  for (std::size_t i = 0; i < 8; ++i) half[i] = first[i] + first[i + 8];
  return half;
}

/// The computation of both sentrons in C++. A `One` is made from the seed and the sentron's number; it has `work`,
/// which does an iteration up to the exchange, `sent`, `receive` of what the other one sent, and `image`.
template <class One>
class Pair final : public Reference {
 public:
  explicit Pair(std::uint64_t seed) : one_{One(seed, 0), One(seed, 1)} {}

  void run(std::uint64_t iterations) override {
    for (std::uint64_t n = 0; n < iterations; ++n) {
      for (One& one : one_) one.work();
      const auto from = one_[0].sent(), to = one_[1].sent();
      one_[0].receive(to);
      one_[1].receive(from);
    }
  }
  Image image() const override {
    Image all = one_[0].image();
    for (auto& bytes : one_[1].image()) all.push_back(std::move(bytes));
    return all;
  }

 private:
  std::array<One, kSentrons> one_;
};
template <class One>
std::unique_ptr<Reference> pair_of(std::uint64_t seed) {
  return std::make_unique<Pair<One>>(seed);
}

/// Stores registers into region 0 and halts. Vectors come first, then buffers, then scalars; each kind starts at a
/// multiple of 64 bytes.
isa::Program finish(Builder& b, std::initializer_list<V> vectors, std::initializer_list<M> buffers,
                    std::initializer_list<R> scalars);

/// The contents of region 0 after `finish`.
inline constexpr std::size_t kResultBytes = 2048;
class Registers {
 public:
  template <class T>
  Registers& add(const T& value) {
    static_assert(sizeof(T) <= kCell);
    std::memcpy(bytes_.data() + used_, &value, sizeof(T));
    used_ += sizeof(T) == 8 ? 8 : kCell;  // the upper half of an unpacked buffer is 0
    return *this;
  }
  std::vector<std::byte> bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_ = std::vector<std::byte>(kResultBytes);
  std::size_t used_ = 0;
};

/// The bytes of an array as a region.
template <class T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const auto view = std::as_bytes(std::span(values));
  return {view.begin(), view.end()};
}

}  // namespace vtpu::kernels
