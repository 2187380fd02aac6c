#include "reference.h"

void reference_horner(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0];
  const float* __restrict c = static_cast<const float*>(tensors[0]);
  const float* __restrict x = static_cast<const float*>(tensors[1]);
  float* __restrict y = static_cast<float*>(tensors[2]);
  for (std::int64_t i = 0; i < n; ++i) {
    float p = c[0];
    for (std::int64_t k = 1; k < 8; ++k) p = p * x[i] + c[k];
    y[i] = p;
  }
}
