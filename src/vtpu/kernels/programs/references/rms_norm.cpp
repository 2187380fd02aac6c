#include <cmath>

#include "reference.h"

void reference_rms_norm(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t rows = parameters[0], n = parameters[1];
  const float* __restrict x = static_cast<const float*>(tensors[0]);
  const float* __restrict gain = static_cast<const float*>(tensors[1]);
  float* __restrict y = static_cast<float*>(tensors[2]);
  const float share = 1 / static_cast<float>(n);
  for (std::int64_t i = 0; i < rows; ++i, x += n, y += n) {
    float squares = 0;
    for (std::int64_t j = 0; j < n; ++j) squares += x[j] * x[j];
    const float scale = 1 / std::sqrt(share * squares + 0.000001F);
    for (std::int64_t j = 0; j < n; ++j) y[j] = x[j] * scale * gain[j];
  }
}
