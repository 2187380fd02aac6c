#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "vtpu/measure/memory_kernels.h"
#include "vtpu/measure/stream.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vtpu::measure {
namespace {

#if defined(__x86_64__)
/// Calls `element` for the elements before the first multiple of 64 bytes and for those after the last, and `lines` for
/// the lines between: a store that bypasses the caches needs an aligned place.
template <class Element, class Lines>
void by_lines(std::span<double> to, Element element, Lines lines) {
  const std::size_t past = reinterpret_cast<std::uintptr_t>(to.data()) / sizeof(double) % 8;
  const std::size_t first = std::min(to.size(), (8 - past) % 8), last = first + (to.size() - first) / 8 * 8;
  for (std::size_t i = 0; i < first; ++i) element(i);
  lines(first, last);
  for (std::size_t i = last; i < to.size(); ++i) element(i);
}

__attribute__((target("avx512f"))) void copy_512(double* to, const double* from, std::size_t at, std::size_t end) {
  for (; at < end; at += 8) _mm512_stream_pd(to + at, _mm512_loadu_pd(from + at));
  _mm_sfence();
}

__attribute__((target("avx512f"))) void triad_512(double* to, const double* x, const double* y, double q,
                                                  std::size_t at, std::size_t end) {
  const __m512d factor = _mm512_set1_pd(q);
  for (; at < end; at += 8)
    _mm512_stream_pd(to + at, _mm512_fmadd_pd(factor, _mm512_loadu_pd(y + at), _mm512_loadu_pd(x + at)));
  _mm_sfence();
}

__attribute__((target("avx2"))) void copy_256(double* to, const double* from, std::size_t at, std::size_t end) {
  for (; at < end; at += 4) _mm256_stream_pd(to + at, _mm256_loadu_pd(from + at));
  _mm_sfence();
}

__attribute__((target("avx2"))) void triad_256(double* to, const double* x, const double* y, double q, std::size_t at,
                                               std::size_t end) {
  const __m256d factor = _mm256_set1_pd(q);
  for (; at < end; at += 4)
    _mm256_stream_pd(to + at, _mm256_add_pd(_mm256_loadu_pd(x + at), _mm256_mul_pd(factor, _mm256_loadu_pd(y + at))));
  _mm_sfence();
}

template <auto kLines>
void copy(std::span<double> c, std::span<const double> a) {
  by_lines(
      c, [&](std::size_t i) { c[i] = a[i]; },
      [&](std::size_t first, std::size_t last) { kLines(c.data(), a.data(), first, last); });
}

template <auto kLines>
void triad(std::span<double> a, std::span<const double> b, std::span<const double> c, double q) {
  by_lines(
      a, [&](std::size_t i) { a[i] = b[i] + q * c[i]; },
      [&](std::size_t first, std::size_t last) { kLines(a.data(), b.data(), c.data(), q, first, last); });
}
#endif

}  // namespace

StreamKernels bypassing_kernels() {
  StreamKernels kernels = stream_kernels();
  kernels.read = wide_sum;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) {
    kernels.copy = copy<copy_512>;
    kernels.triad = triad<triad_512>;
  } else if (__builtin_cpu_supports("avx2")) {
    kernels.copy = copy<copy_256>;
    kernels.triad = triad<triad_256>;
  }
#endif
  return kernels;
}

}  // namespace vtpu::measure
