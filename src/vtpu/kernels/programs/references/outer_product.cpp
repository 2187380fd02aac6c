#include "reference.h"

void reference_outer_product(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t rows = parameters[0], columns = parameters[1];
  const float* __restrict u = static_cast<const float*>(tensors[0]);
  const float* __restrict v = static_cast<const float*>(tensors[1]);
  float* __restrict a = static_cast<float*>(tensors[2]);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) a[i * columns + j] = u[i] * v[j] - a[i * columns + j];
}
