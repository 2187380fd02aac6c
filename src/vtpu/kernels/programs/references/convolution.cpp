#include "reference.h"

namespace {

void gathered(const std::int32_t* __restrict first, const std::int32_t* __restrict member,
              const float* __restrict weight, const float* __restrict from, float* __restrict to, std::int64_t rows,
              std::int64_t width) {
  for (std::int64_t e = 0; e < rows; ++e) {
    float* const sum = to + e * width;
    for (std::int64_t j = 0; j < width; ++j) sum[j] = 0;
    for (std::int64_t k = first[e]; k < first[e + 1]; ++k)
      for (std::int64_t j = 0; j < width; ++j) sum[j] += weight[k] * from[member[k] * width + j];
  }
}

}  // namespace

void reference_convolution(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t nodes = parameters[0], edges = parameters[1], width = parameters[3];
  const auto floats = [&](int k) { return static_cast<float*>(tensors[k]); };
  const auto numbers = [&](int k) { return static_cast<const std::int32_t*>(tensors[k]); };
  gathered(numbers(1), numbers(2), floats(3), floats(0), floats(7), edges, width);
  gathered(numbers(4), numbers(5), floats(6), floats(7), floats(8), nodes, width);
}
