#include "reference.h"

void reference_bitonic(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t blocks = parameters[0];
  const std::int32_t* __restrict x = static_cast<const std::int32_t*>(tensors[0]);
  std::int32_t* __restrict y = static_cast<std::int32_t*>(tensors[1]);
  for (std::int64_t b = 0; b < blocks; ++b)
    for (std::int64_t j = 0; j < 32; ++j) {
      const std::int32_t low = x[64 * b + j], high = x[64 * b + 32 + j];
      y[64 * b + j] = low < high ? low : high;
      y[64 * b + 32 + j] = low < high ? high : low;
    }
}
