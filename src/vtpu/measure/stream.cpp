#include "vtpu/measure/stream.h"

#include <cstddef>

namespace vtpu::measure {
namespace {

void copy(std::span<double> c, std::span<const double> a) {
  double* const __restrict to = c.data();
  const double* const __restrict from = a.data();
  const std::size_t count = c.size();
  for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
}

void scale(std::span<double> b, std::span<const double> c, double q) {
  double* const __restrict to = b.data();
  const double* const __restrict from = c.data();
  const std::size_t count = b.size();
  for (std::size_t i = 0; i < count; ++i) to[i] = q * from[i];
}

void add(std::span<double> c, std::span<const double> a, std::span<const double> b) {
  double* const __restrict to = c.data();
  const double* const __restrict x = a.data();
  const double* const __restrict y = b.data();
  const std::size_t count = c.size();
  for (std::size_t i = 0; i < count; ++i) to[i] = x[i] + y[i];
}

void triad(std::span<double> a, std::span<const double> b, std::span<const double> c, double q) {
  double* const __restrict to = a.data();
  const double* const __restrict x = b.data();
  const double* const __restrict y = c.data();
  const std::size_t count = a.size();
  for (std::size_t i = 0; i < count; ++i) to[i] = x[i] + q * y[i];
}

std::uint64_t read(std::span<const std::uint64_t> cells) {
  const std::uint64_t* const at = cells.data();
  const std::size_t count = cells.size();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += at[i];
  return sum;
}

}  // namespace

StreamKernels stream_kernels() { return {copy, scale, add, triad, read}; }

}  // namespace vtpu::measure
