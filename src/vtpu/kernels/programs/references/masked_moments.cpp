#include "reference.h"

void reference_masked_moments(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t rows = parameters[0], n = parameters[1];
  const float* __restrict x = static_cast<const float*>(tensors[0]);
  const std::int32_t* __restrict mask = static_cast<const std::int32_t*>(tensors[1]);
  float* __restrict y = static_cast<float*>(tensors[2]);
  for (std::int64_t i = 0; i < rows; ++i, x += n, mask += n) {
    float total = 0, square = 0, count = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      total += mask[j] != 0 ? x[j] : 0;
      square += mask[j] != 0 ? x[j] * x[j] : 0;
      count += mask[j] != 0 ? 1.0F : 0.0F;
    }
    const float share = 1 / count, mean = total * share;
    y[2 * i] = mean;
    y[2 * i + 1] = square * share - mean * mean;
  }
}
