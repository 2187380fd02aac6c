#include "reference.h"

void reference_complex_dot(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0];
  const float* __restrict a = static_cast<const float*>(tensors[0]);
  const float* __restrict b = static_cast<const float*>(tensors[1]);
  const float* __restrict c = static_cast<const float*>(tensors[2]);
  const float* __restrict d = static_cast<const float*>(tensors[3]);
  float* __restrict y = static_cast<float*>(tensors[4]);
  float real = 0, imaginary = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    real += a[i] * c[i] - b[i] * d[i];
    imaginary += a[i] * d[i] + b[i] * c[i];
  }
  y[0] = real;
  y[1] = imaginary;
}
