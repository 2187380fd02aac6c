#include <cmath>

#include "reference.h"

void reference_poincare(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0];
  const float* __restrict query = static_cast<const float*>(tensors[0]);
  const float* __restrict data = static_cast<const float*>(tensors[1]);
  const float* __restrict scale = static_cast<const float*>(tensors[2]);
  float* __restrict far = static_cast<float*>(tensors[3]);
  for (std::int64_t i = 0; i < n; ++i) {
    float sum = 0;
    for (int k = 0; k < 16; ++k) {
      const float x = data[k * n + i] - query[k];
      sum += x * x;
    }
    const float s = 2 * sum * (scale[i] * query[16]);
    far[i] = std::log(1 + (s + std::sqrt(s * (s + 2))));
  }
  std::int64_t nearest = 0;
  for (std::int64_t i = 1; i < n; ++i) nearest = far[i] < far[nearest] ? i : nearest;
  *static_cast<std::int64_t*>(tensors[4]) = nearest;
}
