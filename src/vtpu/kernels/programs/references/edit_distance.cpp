#include "reference.h"

void reference_edit_distance(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t m = parameters[0], n = parameters[1];
  const std::int32_t* __restrict a = static_cast<const std::int32_t*>(tensors[0]);
  const std::int32_t* __restrict b = static_cast<const std::int32_t*>(tensors[1]);
  std::int32_t* __restrict row = static_cast<std::int32_t*>(tensors[2]);
  for (std::int64_t j = 0; j <= n; ++j) row[j] = static_cast<std::int32_t>(j);
  for (std::int64_t i = 0; i < m; ++i) {
    std::int32_t diagonal = row[0], left = static_cast<std::int32_t>(i) + 1;
    row[0] = left;
    for (std::int64_t j = 0; j < n; ++j) {
      const std::int32_t up = row[j + 1], changed = diagonal + (a[i] == b[j] ? 0 : 1);
      const std::int32_t moved = (up < left ? up : left) + 1;
      left = moved < changed ? moved : changed;
      diagonal = up;
      row[j + 1] = left;
    }
  }
}
