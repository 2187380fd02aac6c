#include "reference.h"

void reference_spmv(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t rows = parameters[0];
  const std::int32_t* __restrict start = static_cast<const std::int32_t*>(tensors[0]);
  const std::int32_t* __restrict column = static_cast<const std::int32_t*>(tensors[1]);
  const float* __restrict value = static_cast<const float*>(tensors[2]);
  const float* __restrict x = static_cast<const float*>(tensors[3]);
  float* __restrict y = static_cast<float*>(tensors[4]);
  for (std::int64_t i = 0; i < rows; ++i) {
    float sum = 0;
    for (std::int32_t k = start[i]; k < start[i + 1]; ++k) sum += value[k] * x[column[k]];
    y[i] = sum;
  }
}
