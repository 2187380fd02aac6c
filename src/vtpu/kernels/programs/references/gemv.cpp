#include "reference.h"

void reference_gemv(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t rows = parameters[0], columns = parameters[1];
  const float* __restrict a = static_cast<const float*>(tensors[0]);
  const float* __restrict x = static_cast<const float*>(tensors[1]);
  float* __restrict y = static_cast<float*>(tensors[2]);
  for (std::int64_t i = 0; i < rows; ++i) {
    float sum = 0;
    for (std::int64_t j = 0; j < columns; ++j) sum += a[i * columns + j] * x[j];
    y[i] = sum;
  }
}
