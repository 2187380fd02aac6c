#include "reference.h"

void reference_fir(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0], taps = parameters[1];
  const float* __restrict factor = static_cast<const float*>(tensors[0]);
  const float* __restrict x = static_cast<const float*>(tensors[1]);
  float* __restrict y = static_cast<float*>(tensors[2]);
  for (std::int64_t i = 0; i < n; ++i) {
    float sum = 0;
    for (std::int64_t t = 0; t < taps; ++t) sum += factor[t] * x[i + t];
    y[i] = sum;
  }
}
