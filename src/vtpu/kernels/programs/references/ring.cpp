#include "reference.h"

void reference_ring(const std::int64_t* parameters, void* const* tensors) {
  constexpr std::int64_t kMost = 64;
  const std::int64_t ranks = parameters[1], laps = parameters[2];
  std::int64_t* __restrict value = static_cast<std::int64_t*>(tensors[0]);
  std::int64_t mailbox[kMost];
  for (std::int64_t k = 0; k < laps * ranks; ++k) {
    for (std::int64_t i = 0; i < ranks; ++i) mailbox[i + 1 == ranks ? 0 : i + 1] = value[i];
    for (std::int64_t i = 0; i < ranks; ++i) value[i] = mailbox[i] + 1;
  }
}
