#include "reference.h"

void reference_rope(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t tokens = parameters[0], heads = parameters[1], half = parameters[2];
  for (std::int64_t t = 0; t < tokens; ++t) {
    const float* __restrict cosine = static_cast<const float*>(tensors[0]) + t * half;
    const float* __restrict sine = static_cast<const float*>(tensors[1]) + t * half;
    for (std::int64_t h = 0; h < heads; ++h) {
      float* __restrict low = static_cast<float*>(tensors[2]) + (t * heads + h) * 2 * half;
      float* __restrict high = low + half;
      for (std::int64_t d = 0; d < half; ++d) {
        const float a = low[d], b = high[d];
        low[d] = a * cosine[d] - b * sine[d];
        high[d] = a * sine[d] + b * cosine[d];
      }
    }
  }
}
