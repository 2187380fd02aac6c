#include "reference.h"

void reference_prefix_sum(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0];
  // Unsigned, so that sums wrap around.
  const std::uint32_t* __restrict x = static_cast<const std::uint32_t*>(tensors[0]);
  std::uint32_t* __restrict y = static_cast<std::uint32_t*>(tensors[1]);
  std::uint32_t sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    sum += x[i];
    y[i] = sum;
  }
}
