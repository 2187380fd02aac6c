#include "reference.h"

namespace {

/// to[b] = left from[b], for blocks b of `inner` rows of `width` columns.
void product(const float* __restrict left, const float* __restrict from, float* __restrict to, std::int64_t blocks,
             std::int64_t rows, std::int64_t inner, std::int64_t width) {
  for (std::int64_t b = 0; b < blocks; ++b)
    for (std::int64_t j = 0; j < rows; ++j) {
      float* const sum = to + (b * rows + j) * width;
      for (std::int64_t k = 0; k < width; ++k) sum[k] = 0;
      for (std::int64_t c = 0; c < inner; ++c)
        for (std::int64_t k = 0; k < width; ++k) sum[k] += left[j * inner + c] * from[(b * inner + c) * width + k];
    }
}

}  // namespace

void reference_tucker(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t in = parameters[0], out = parameters[1], last = parameters[2];
  const auto t = [&](int k) { return static_cast<float*>(tensors[k]); };
  product(t(0), t(4), t(5), 1, in * in * in, in, last);
  product(t(3), t(5), t(6), in * in, out, in, last);
  product(t(2), t(6), t(7), in, out, in, out * last);
  product(t(1), t(7), t(8), 1, out, in, out * out * last);
}
