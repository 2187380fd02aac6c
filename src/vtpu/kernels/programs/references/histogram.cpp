#include "reference.h"

void reference_histogram(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0];
  const std::uint8_t* __restrict data = static_cast<const std::uint8_t*>(tensors[0]);
  std::int32_t* __restrict count = static_cast<std::int32_t*>(tensors[1]);
  std::int32_t table[4][256] = {};
  for (std::int64_t i = 0; i < n; i += 4) {
    ++table[0][data[i]];
    ++table[1][data[i + 1]];
    ++table[2][data[i + 2]];
    ++table[3][data[i + 3]];
  }
  for (int b = 0; b < 256; ++b) count[b] = table[0][b] + table[1][b] + table[2][b] + table[3][b];
}
