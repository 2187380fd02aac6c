#include "reference.h"

void reference_kmeans(const std::int64_t* parameters, void* const* tensors) {
  constexpr int kCentroids = 8, kDimensions = 4;
  const std::int64_t n = parameters[0];
  float* __restrict centroid = static_cast<float*>(tensors[0]);
  const float* __restrict x = static_cast<const float*>(tensors[1]);
  std::int32_t* __restrict label = static_cast<std::int32_t*>(tensors[2]);
  for (std::int64_t i = 0; i < n; ++i) {
    float least = 0;
    std::int32_t nearest = 0;
    for (int c = 0; c < kCentroids; ++c) {
      float apart = 0;
      for (int d = 0; d < kDimensions; ++d) {
        const float by = x[d * n + i] - centroid[kDimensions * c + d];
        apart += by * by;
      }
      const bool nearer = c == 0 || apart < least;
      nearest = nearer ? c : nearest;
      least = nearer ? apart : least;
    }
    label[i] = nearest;
  }
  float total[kCentroids][kDimensions] = {}, count[kCentroids] = {};
  for (std::int64_t i = 0; i < n; ++i) {
    for (int d = 0; d < kDimensions; ++d) total[label[i]][d] += x[d * n + i];
    count[label[i]] += 1;
  }
  for (int c = 0; c < kCentroids; ++c)
    for (int d = 0; d < kDimensions; ++d) centroid[kDimensions * c + d] = total[c][d] / count[c];
}
