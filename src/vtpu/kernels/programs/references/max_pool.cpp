#include "reference.h"

void reference_max_pool(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t height = parameters[0], width = parameters[1];
  const float* __restrict x = static_cast<const float*>(tensors[0]);
  float* __restrict y = static_cast<float*>(tensors[1]);
  for (std::int64_t i = 0; i < height; ++i)
    for (std::int64_t j = 0; j < width; ++j) {
      float most = x[i * (width + 2) + j];
      for (std::int64_t a = 0; a < 3; ++a)
        for (std::int64_t b = 0; b < 3; ++b) {
          const float one = x[(i + a) * (width + 2) + j + b];
          most = one > most ? one : most;
        }
      y[i * width + j] = most;
    }
}
