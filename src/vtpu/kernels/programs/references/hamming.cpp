#include "reference.h"

void reference_hamming(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0];
  const std::uint32_t* __restrict query = static_cast<const std::uint32_t*>(tensors[0]);
  const std::uint32_t* __restrict data = static_cast<const std::uint32_t*>(tensors[1]);
  std::int32_t* __restrict differ = static_cast<std::int32_t*>(tensors[2]);
  for (std::int64_t i = 0; i < n; ++i) {
    std::uint32_t count = 0;
    for (int w = 0; w < 6; ++w) count += ((data[w * n + i] ^ query[w]) + 0x07ff07ff) & 0x08000800;
    differ[i] = static_cast<std::int32_t>((count >> 11 & 7) + (count >> 27));
  }
  std::int64_t nearest = 0;
  for (std::int64_t i = 1; i < n; ++i) nearest = differ[i] < differ[nearest] ? i : nearest;
  *static_cast<std::int64_t*>(tensors[3]) = nearest;
}
