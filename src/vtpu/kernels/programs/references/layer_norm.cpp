#include <cmath>

#include "reference.h"

void reference_layer_norm(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t rows = parameters[0], n = parameters[1];
  const float* __restrict x = static_cast<const float*>(tensors[0]);
  const float* __restrict gain = static_cast<const float*>(tensors[1]);
  const float* __restrict bias = static_cast<const float*>(tensors[2]);
  float* __restrict y = static_cast<float*>(tensors[3]);
  const float share = 1 / static_cast<float>(n);
  for (std::int64_t i = 0; i < rows; ++i, x += n, y += n) {
    float sum = 0;
    for (std::int64_t j = 0; j < n; ++j) sum += x[j];
    const float mean = share * sum;
    float squares = 0;
    for (std::int64_t j = 0; j < n; ++j) squares += (x[j] - mean) * (x[j] - mean);
    const float scale = 1 / std::sqrt(share * squares + 0.00001F);
    for (std::int64_t j = 0; j < n; ++j) y[j] = (x[j] - mean) * scale * gain[j] + bias[j];
  }
}
