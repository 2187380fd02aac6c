#include "reference.h"

void reference_axpy(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0];
  float* __restrict a = static_cast<float*>(tensors[0]);
  const float* __restrict x = static_cast<const float*>(tensors[1]);
  float* __restrict y = static_cast<float*>(tensors[2]);
  const float factor = a[0];
  for (std::int64_t i = 0; i < n; ++i) y[i] = factor * x[i] + y[i];
  a[0] = -factor;
}
