#include "reference.h"

void reference_tridiagonal(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0];
  const float* __restrict a = static_cast<const float*>(tensors[0]);
  const float* __restrict b = static_cast<const float*>(tensors[1]);
  const float* __restrict c = static_cast<const float*>(tensors[2]);
  const float* __restrict d = static_cast<const float*>(tensors[3]);
  float* __restrict e = static_cast<float*>(tensors[4]);
  float* __restrict f = static_cast<float*>(tensors[5]);
  float above = 0, side = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const float share = 1 / (b[i] - a[i] * above);
    above = c[i] * share;
    side = (d[i] - a[i] * side) * share;
    e[i] = above;
    f[i] = side;
  }
}
