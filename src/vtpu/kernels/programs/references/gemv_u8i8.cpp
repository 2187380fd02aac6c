#include "reference.h"

void reference_gemv_u8i8(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t rows = parameters[0], columns = parameters[1];
  const std::int8_t* __restrict a = static_cast<const std::int8_t*>(tensors[0]);
  const std::uint8_t* __restrict x = static_cast<const std::uint8_t*>(tensors[1]);
  std::int32_t* __restrict y = static_cast<std::int32_t*>(tensors[2]);
  for (std::int64_t i = 0; i < rows; ++i) {
    std::int32_t sum = 0;
    for (std::int64_t j = 0; j < columns; ++j)
      sum += static_cast<std::int32_t>(a[i * columns + j]) * static_cast<std::int32_t>(x[j]);
    y[i] = sum;
  }
}
