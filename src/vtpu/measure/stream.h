#pragma once
#include <cstdint>
#include <span>

namespace vtpu::measure {

/// The four kernels of STREAM, over arrays of equal length that do not overlap, and the sum of an array. The baselines
/// compile stream.cpp once for each row of study/baselines/compilers.def. Source: McCalpin, "Memory bandwidth and
/// machine balance in current high performance computers", IEEE TCCA Newsletter, December 1995.
struct StreamKernels {
  void (*copy)(std::span<double> c, std::span<const double> a);
  void (*scale)(std::span<double> b, std::span<const double> c, double q);
  void (*add)(std::span<double> c, std::span<const double> a, std::span<const double> b);
  void (*triad)(std::span<double> a, std::span<const double> b, std::span<const double> c, double q);
  std::uint64_t (*read)(std::span<const std::uint64_t> cells);
};

/// The kernels as the caller's own module or program was compiled.
StreamKernels stream_kernels();

/// Copy, triad and read by hand, with the widest loads, and with stores that do not fetch the lines that they write.
/// They move no byte over the bus that STREAM does not count: the bound of one thread. The other kernels, and all but
/// `read` without AVX2, are those of `stream_kernels`.
StreamKernels bypassing_kernels();

}  // namespace vtpu::measure
