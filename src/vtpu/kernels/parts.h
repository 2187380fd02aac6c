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

/// Shared parts of the workloads: regions, data and final registers, each as words and as C++.
///
/// Register conventions: r13 counts iterations, r14 is the displacement of a block, r15 counts blocks; p6 points to
/// region 0; p7, r0 to r3 and v15 are scratch during setup and at the end.
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
inline constexpr std::size_t kCell = 64;  ///< bytes per cell of every region

using Floats = std::array<float, 16>;
struct Buffer {  ///< an m register; holds whole numbers
  std::array<std::uint64_t, 4> lane;
};

/// The first cell of region k; its cells lie along the columns.
phext::PackedCoordinate region(std::size_t k);

/// Allocates region k with room for `bytes` (salloc) and sets `pointer` to its first cell.
void allocate(Builder& b, P pointer, std::size_t k, std::size_t bytes);

/// A random stream that a program computes in three words: s = s × A + C; the output is s xor s >> 33.
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

/// Contents of a region.
enum class Fill : std::uint8_t {
  bits64,  ///< all bits random
  f32,     ///< whole numbers from −8 to 7 in binary32
  bf16,    ///< the same in bfloat16
  rows32   ///< 8 × a number below 128, in 32 bits
};
inline constexpr std::size_t kRows = 128;

/// Allocates region 0 and puts the seed of the stream into r0.
void begin(Builder& b, std::uint64_t seed);
/// Restarts the stream.
void restart(Builder& b, std::uint64_t seed);
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

/// A loop of `iterations`: sets kBlock to `first`, then runs the words of `body` `blocks` times; `body` must step
/// kBlock.
void nest(Builder& b, std::uint64_t iterations, std::uint64_t blocks, std::int64_t first,
          const std::function<void()>& body, const std::function<void()>& after = {});

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
