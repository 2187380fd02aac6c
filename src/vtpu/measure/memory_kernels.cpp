#include "vtpu/measure/memory_kernels.h"

#include <sys/mman.h>

#include <utility>

#include "vtpu/base/check.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vtpu::measure {
namespace {

#if defined(__x86_64__)
// Four sums, so that loads and not the latency of additions limit the speed. Each is a variable of its own, since gcc
// keeps an array of them in memory at -O2.
__attribute__((target("avx512f"))) std::uint64_t sum_512(const std::uint64_t* at, std::size_t count) {
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
  for (std::size_t i = 0; i + 32 <= count; i += 32) {
    a = _mm512_add_epi64(a, _mm512_loadu_si512(at + i));
    b = _mm512_add_epi64(b, _mm512_loadu_si512(at + i + 8));
    c = _mm512_add_epi64(c, _mm512_loadu_si512(at + i + 16));
    d = _mm512_add_epi64(d, _mm512_loadu_si512(at + i + 24));
  }
  alignas(64) std::uint64_t lanes[8];
  _mm512_store_si512(lanes, _mm512_add_epi64(_mm512_add_epi64(a, b), _mm512_add_epi64(c, d)));
  std::uint64_t sum = 0;
  for (const std::uint64_t lane : lanes) sum += lane;
  return sum;
}

__attribute__((target("avx2"))) std::uint64_t sum_256(const std::uint64_t* at, std::size_t count) {
  const auto load = reinterpret_cast<const __m256i*>(at);
  __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a;
  for (std::size_t i = 0; i + 4 <= count / 4; i += 4) {
    a = _mm256_add_epi64(a, _mm256_loadu_si256(load + i));
    b = _mm256_add_epi64(b, _mm256_loadu_si256(load + i + 1));
    c = _mm256_add_epi64(c, _mm256_loadu_si256(load + i + 2));
    d = _mm256_add_epi64(d, _mm256_loadu_si256(load + i + 3));
  }
  alignas(32) std::uint64_t lanes[4];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes),
                     _mm256_add_epi64(_mm256_add_epi64(a, b), _mm256_add_epi64(c, d)));
  return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}
#endif

}  // namespace

Memory::Memory(std::size_t bytes, bool huge_pages) : bytes_(bytes) {
  data_ = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  VTPU_CHECK(data_ != MAP_FAILED, "the host provides the memory that an experiment allocates");
  ::madvise(data_, bytes, huge_pages ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  for (std::size_t at = 0; at < bytes; at += kPage) static_cast<volatile char*>(data_)[at] = 0;
}

Memory::~Memory() {
  if (data_ != nullptr) ::munmap(data_, bytes_);
}

Memory::Memory(Memory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

void link_cycle(std::span<std::uint64_t> cells, std::size_t stride, Random& random) {
  const std::size_t count = cells.size() / stride;
  VTPU_CHECK(count >= 1, "a cycle has a cell");
  for (std::size_t i = 0; i < count; ++i) cells[i * stride] = i * stride;
  for (std::size_t i = count - 1; i >= 1; --i) std::swap(cells[i * stride], cells[random.below(i) * stride]);
}

void link_ascending(std::span<std::uint64_t> cells, std::size_t stride) {
  const std::size_t count = cells.size() / stride;
  VTPU_CHECK(count >= 1, "a walk has a cell");
  for (std::size_t i = 0; i < count; ++i) cells[i * stride] = (i + 1) % count * stride;
}

std::uint64_t chase(std::span<const std::uint64_t> cells, std::uint64_t at, std::size_t steps) {
  for (std::size_t i = 0; i < steps; ++i) at = cells[at];
  return at;
}

std::uint64_t sequential_sum(std::span<const std::uint64_t> cells) {
  std::uint64_t sum = 0;
  for (const std::uint64_t cell : cells) sum += cell;
  return sum;
}

std::uint64_t wide_sum(std::span<const std::uint64_t> cells) {
#if defined(__x86_64__)
  const std::size_t whole = cells.size() / 32 * 32;
  const std::uint64_t rest = sequential_sum(cells.subspan(whole));
  if (__builtin_cpu_supports("avx512f")) return rest + sum_512(cells.data(), whole);
  if (__builtin_cpu_supports("avx2")) return rest + sum_256(cells.data(), whole);
#endif
  return sequential_sum(cells);
}

std::uint64_t strided_sum(std::span<const std::uint64_t> cells, std::size_t stride) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < cells.size(); i += stride) sum += cells[i];
  return sum;
}

std::uint64_t random_sum(std::span<const std::uint64_t> cells, std::uint64_t first, std::size_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t k = first; k < first + count; ++k) sum += cells[random_place(k, cells.size())];
  return sum;
}

std::uint64_t random_place_sum(std::size_t size, std::uint64_t first, std::size_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t k = first; k < first + count; ++k) sum += random_place(k, size);
  return sum;
}

}  // namespace vtpu::measure
