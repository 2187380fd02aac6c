#include "reference.h"

void reference_all_reduce(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t ranks = parameters[1], count = parameters[2];
  const std::int64_t* __restrict x = static_cast<const std::int64_t*>(tensors[0]);
  std::int64_t* __restrict total = static_cast<std::int64_t*>(tensors[1]);
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t sum = 0;
    for (std::int64_t k = 0; k < ranks; ++k) sum += x[k * count + i];
    for (std::int64_t k = 0; k < ranks; ++k) total[k * count + i] = sum;
  }
}
