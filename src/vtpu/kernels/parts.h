#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <span>
#include <vector>

#include "vtpu/isa/builder.h"
#include "vtpu/kernels/workload.h"

/// What the workloads share: regions, data, final registers, each as words and as C++.
///
/// Registers by convention: r13 counts iterations, r14 is the displacement of a block, r15 counts blocks; p6 is region
/// 0, p7, r0 to r3 and v15 are scratch while setting up and finishing.
namespace vtpu::kernels {

using isa::at;
using isa::Builder;
using isa::M;
using isa::op;
using isa::Opcode;
using isa::P;
using isa::R;
using isa::V;

inline constexpr R kIterations{13}, kBlock{14}, kBlocks{15};
inline constexpr P kResult{6};
inline constexpr std::size_t kCell = 64;  ///< bytes of a cell of every region

using Floats = std::array<float, 16>;
struct Buffer {  ///< an m register, whole numbers
  std::array<std::uint64_t, 4> lane;
};

/// The first cell of region k: cells lie on its columns.
phext::PackedCoordinate region(std::size_t k);

/// salloc of region k with room for `bytes`, and `pointer` at its first cell.
void allocate(Builder& b, P pointer, std::size_t k, std::size_t bytes);

/// Random numbers that a program of three words makes: s = s × A + C, of which s xor s >> 33 is given.
class Stream {
 public:
  static constexpr std::uint64_t kFactor = 6364136223846793005U;
  static constexpr std::uint64_t kStep = 1442695040888963407U;

  explicit Stream(std::uint64_t seed);
  std::uint64_t next() {
    state_ = state_ * kFactor + kStep;
    return state_ ^ (state_ >> 33);
  }
  std::uint64_t state() const { return state_; }

 private:
  std::uint64_t state_;
};

/// What a region is filled with.
enum class Fill : std::uint8_t {
  bits64,  ///< all bits random
  f32,     ///< whole numbers from −8 to 7 in binary32
  bf16,    ///< the same in bfloat16
  rows32   ///< 8 × a number below 128, in 32 bits
};
inline constexpr std::size_t kRows = 128;

/// Region 0, and the seed of the stream in r0.
void begin(Builder& b, std::uint64_t seed);
/// Restarts the stream.
void restart(Builder& b, std::uint64_t seed);
/// Fills `count` elements from `pointer` on.
void fill(Builder& b, P pointer, std::size_t count, Fill kind);
/// The next number of the stream as an element, and how many bytes of it count.
std::uint64_t element(Stream& stream, Fill kind);
std::size_t size_of(Fill kind);

/// The same in C++.
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

/// Sets registers to 0.
void clear(Builder& b, std::initializer_list<R> registers);

/// `iterations` times: kBlock = `first`, then `blocks` times the words of `body`, which steps kBlock itself.
void nest(Builder& b, std::uint64_t iterations, std::uint64_t blocks, std::int64_t first,
          const std::function<void()>& body, const std::function<void()>& after = {});

/// Stores registers into region 0 (vectors, then buffers, then scalars, each kind from a multiple of 64 bytes on) and
/// halts.
isa::Program finish(Builder& b, std::initializer_list<V> vectors, std::initializer_list<M> buffers,
                    std::initializer_list<R> scalars);

/// Region 0 as `finish` leaves it.
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

/// An array as the bytes of a region.
template <class T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const auto view = std::as_bytes(std::span(values));
  return {view.begin(), view.end()};
}

}  // namespace vtpu::kernels
