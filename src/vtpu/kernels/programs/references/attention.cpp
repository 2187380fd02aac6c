#include <cmath>
#include <vector>

#include "reference.h"

void reference_attention(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t heads = parameters[0], queries = parameters[1], keys = parameters[2], width = parameters[3];
  const float scale = 1 / std::sqrt(static_cast<float>(width));
  std::vector<float> scores(static_cast<std::size_t>(keys));
  float* __restrict score = scores.data();
  for (std::int64_t h = 0; h < heads; ++h) {
    const float* __restrict key = static_cast<const float*>(tensors[1]) + h * width * keys;
    const float* __restrict value = static_cast<const float*>(tensors[2]) + h * keys * width;
    for (std::int64_t i = 0; i < queries; ++i) {
      const float* __restrict query = static_cast<const float*>(tensors[0]) + (h * queries + i) * width;
      float* __restrict out = static_cast<float*>(tensors[3]) + (h * queries + i) * width;
      for (std::int64_t j = 0; j < keys; ++j) score[j] = 0;
      for (std::int64_t d = 0; d < width; ++d)
        for (std::int64_t j = 0; j < keys; ++j) score[j] += query[d] * key[d * keys + j];
      float top = score[0];
      for (std::int64_t j = 1; j < keys; ++j) top = score[j] > top ? score[j] : top;
      float total = 0;
      for (std::int64_t j = 0; j < keys; ++j) {
        score[j] = std::exp((score[j] - top) * scale);
        total += score[j];
      }
      for (std::int64_t d = 0; d < width; ++d) out[d] = 0;
      for (std::int64_t j = 0; j < keys; ++j)
        for (std::int64_t d = 0; d < width; ++d) out[d] += score[j] * value[j * width + d];
      for (std::int64_t d = 0; d < width; ++d) out[d] /= total;
    }
  }
}
