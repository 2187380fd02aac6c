#include <bit>

#include "reference.h"

namespace {

float widened(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

}  // namespace

void reference_dot_bf16(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0];
  const std::uint16_t* __restrict x = static_cast<const std::uint16_t*>(tensors[0]);
  const std::uint16_t* __restrict y = static_cast<const std::uint16_t*>(tensors[1]);
  float* __restrict total = static_cast<float*>(tensors[2]);
  float sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += widened(x[i]) * widened(y[i]);
  total[0] = sum;
}
