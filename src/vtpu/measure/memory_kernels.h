#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vtpu/base/random.h"

namespace vtpu::measure {

inline constexpr std::size_t kCacheLine = 64;
inline constexpr std::size_t kPage = 4096;

/// Zeroed, page-aligned memory, freshly mapped, in small pages or, on request and if the system has them, in huge
/// pages.
class Memory {
 public:
  explicit Memory(std::size_t bytes, bool huge_pages = false);
  ~Memory();
  Memory(Memory&& other) noexcept;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  template <class T>
  std::span<T> as() const {
    return {static_cast<T*>(data_), bytes_ / sizeof(T)};
  }
  std::size_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// Links the cells 0, stride, 2·stride, … to one cycle: each holds the index of its successor. link_cycle draws a cycle
/// uniformly (Sattolo's algorithm); link_ascending links each cell to the next and the last to the first.
void link_cycle(std::span<std::uint64_t> cells, std::size_t stride, Random& random);
void link_ascending(std::span<std::uint64_t> cells, std::size_t stride);

/// The index that `steps` dependent loads lead to, starting at `at`.
std::uint64_t chase(std::span<const std::uint64_t> cells, std::uint64_t at, std::size_t steps);

/// Sum of all cells, by the plain loop as the compiler translates it.
std::uint64_t sequential_sum(std::span<const std::uint64_t> cells);

/// Sum of all cells with the widest vector loads of this processor, to read as fast as possible.
std::uint64_t wide_sum(std::span<const std::uint64_t> cells);

/// Sum of every `stride`-th cell.
std::uint64_t strided_sum(std::span<const std::uint64_t> cells, std::size_t stride);

/// The k-th of a series of random indices below `size` (< 2^32). It is a hash of k, so it needs no load and does not
/// depend on the previous index.
inline std::size_t random_place(std::uint64_t k, std::size_t size) {
  std::uint64_t x = k * 0x9e3779b97f4a7c15U;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93U;
  return static_cast<std::size_t>(((x >> 32) * size) >> 32);
}

/// Sum of the cells at the random indices number first, first + 1, …: independent loads.
std::uint64_t random_sum(std::span<const std::uint64_t> cells, std::uint64_t first, std::size_t count);
/// Sum of these indices: the cost of the function above without its loads.
std::uint64_t random_place_sum(std::size_t size, std::uint64_t first, std::size_t count);

}  // namespace vtpu::measure
