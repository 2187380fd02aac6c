#include "reference.h"

void reference_argmax(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t n = parameters[0];
  const float* __restrict x = static_cast<const float*>(tensors[0]);
  float top = x[0];
  std::int64_t place = 0;
  for (std::int64_t i = 1; i < n; ++i) {
    if (x[i] > top) {
      top = x[i];
      place = i;
    }
  }
  *static_cast<std::int64_t*>(tensors[1]) = place;
}
