#include "reference.h"

void reference_laplacian(const std::int64_t* parameters, void* const* tensors) {
  constexpr std::int64_t kNeighbours = 20, kBorder = 16;
  const std::int64_t rows = parameters[0], width = parameters[1], pitch = width + 2 * kBorder;
  const float* __restrict u = static_cast<const float*>(tensors[0]);
  const std::int32_t* __restrict neighbour = static_cast<const std::int32_t*>(tensors[1]);
  float* __restrict v = static_cast<float*>(tensors[2]);
  for (std::int64_t i = 0; i < rows; ++i) {
    const float* __restrict own = u + i * pitch + kBorder;
    float* __restrict sum = v + i * pitch + kBorder;
    for (std::int64_t j = 0; j < width; ++j) sum[j] = own[j - 1] + own[j + 1];
    for (std::int64_t k = 0; k < kNeighbours; ++k) {
      const float* __restrict row = u + neighbour[i * kNeighbours + k] * pitch + kBorder;
      for (std::int64_t j = 0; j < width; ++j) sum[j] += row[j];
    }
    for (std::int64_t j = 0; j < width; ++j) sum[j] -= 22 * own[j];
  }
}
