#include <cmath>

#include "reference.h"

void reference_softmax(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t rows = parameters[0], n = parameters[1];
  const float* __restrict x = static_cast<const float*>(tensors[0]);
  float* __restrict y = static_cast<float*>(tensors[1]);
  for (std::int64_t i = 0; i < rows; ++i, x += n, y += n) {
    float top = x[0];
    for (std::int64_t j = 1; j < n; ++j) top = x[j] > top ? x[j] : top;
    float total = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      y[j] = std::exp(x[j] - top);
      total += y[j];
    }
    const float share = 1 / total;
    for (std::int64_t j = 0; j < n; ++j) y[j] *= share;
  }
}
