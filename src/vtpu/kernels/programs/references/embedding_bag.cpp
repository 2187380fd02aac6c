#include "reference.h"

void reference_embedding_bag(const std::int64_t* parameters, void* const* tensors) {
  constexpr std::int64_t kWidth = 64;
  const std::int64_t bags = parameters[1], bag = parameters[2];
  const float* __restrict table = static_cast<const float*>(tensors[0]);
  const std::int32_t* __restrict place = static_cast<const std::int32_t*>(tensors[1]);
  float* __restrict out = static_cast<float*>(tensors[2]);
  for (std::int64_t b = 0; b < bags; ++b) {
    float sum[kWidth] = {};
    for (std::int64_t k = 0; k < bag; ++k) {
      const float* __restrict row = table + place[b * bag + k] * kWidth;
      for (std::int64_t j = 0; j < kWidth; ++j) sum[j] += row[j];
    }
    for (std::int64_t j = 0; j < kWidth; ++j) out[b * kWidth + j] = sum[j];
  }
}
