#include "reference.h"

namespace {

constexpr std::int64_t kWidth = 128;

void means(std::int64_t count, std::int64_t terms, const std::int32_t* __restrict list, const float* __restrict from,
           float* __restrict to) {
  const float share = 1 / static_cast<float>(terms);
  for (std::int64_t e = 0; e < count; ++e) {
    float sum[kWidth] = {};
    for (std::int64_t k = 0; k < terms; ++k) {
      const float* __restrict row = from + list[e * terms + k] * kWidth;
      for (std::int64_t j = 0; j < kWidth; ++j) sum[j] += row[j];
    }
    for (std::int64_t j = 0; j < kWidth; ++j) to[e * kWidth + j] = sum[j] * share;
  }
}

}  // namespace

void reference_hypergraph(const std::int64_t* parameters, void* const* tensors) {
  const float* x = static_cast<const float*>(tensors[0]);
  const std::int32_t* member = static_cast<const std::int32_t*>(tensors[1]);
  const std::int32_t* edge_of = static_cast<const std::int32_t*>(tensors[2]);
  float* edge = static_cast<float*>(tensors[3]);
  float* y = static_cast<float*>(tensors[4]);
  means(parameters[1], parameters[2], member, x, edge);
  means(parameters[0], parameters[3], edge_of, edge, y);
}
