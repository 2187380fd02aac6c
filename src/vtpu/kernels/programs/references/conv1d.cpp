#include "reference.h"

void reference_conv1d(const std::int64_t* parameters, void* const* tensors) {
  constexpr std::int64_t kTaps = 3;
  const std::int64_t batch = parameters[0], inputs = parameters[1], outputs = parameters[2], places = parameters[3];
  const std::int64_t width = places + kTaps - 1;
  const float* __restrict weight = static_cast<const float*>(tensors[1]);
  for (std::int64_t n = 0; n < batch; ++n) {
    const float* __restrict x = static_cast<const float*>(tensors[0]) + n * inputs * width;
    float* __restrict y = static_cast<float*>(tensors[2]) + n * outputs * places;
    for (std::int64_t o = 0; o < outputs; ++o) {
      for (std::int64_t j = 0; j < places; ++j) y[o * places + j] = 0;
      for (std::int64_t c = 0; c < inputs; ++c)
        for (std::int64_t t = 0; t < kTaps; ++t)
          for (std::int64_t j = 0; j < places; ++j)
            y[o * places + j] += weight[(o * inputs + c) * kTaps + t] * x[c * width + j + t];
    }
  }
}
