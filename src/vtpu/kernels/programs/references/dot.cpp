#include "reference.h"

void reference_dot(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0];
  const float* __restrict x = static_cast<const float*>(tensors[0]);
  const float* __restrict y = static_cast<const float*>(tensors[1]);
  float* __restrict total = static_cast<float*>(tensors[2]);
  float sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += x[i] * y[i];
  total[0] = sum;
}
