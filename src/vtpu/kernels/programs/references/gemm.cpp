#include "reference.h"

void reference_gemm(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t rows = parameters[0], columns = parameters[1], inner = parameters[2];
  const float* __restrict a = static_cast<const float*>(tensors[0]);
  const float* __restrict b = static_cast<const float*>(tensors[1]);
  float* __restrict c = static_cast<float*>(tensors[2]);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) c[i * columns + j] = 0;
    for (std::int64_t k = 0; k < inner; ++k) {
      const float factor = a[i * inner + k];
      for (std::int64_t j = 0; j < columns; ++j) c[i * columns + j] += factor * b[k * columns + j];
    }
  }
}
