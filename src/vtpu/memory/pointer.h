#pragma once
#include <cstddef>
#include <cstdint>

#include "vtpu/phext/packed.h"

namespace vtpu::memory {

class Region;

/// The contents of a p-register: a coordinate and, once an access has translated it, the address of its cell. A
/// translated pointer covers the bytes [begin, end): a whole dense box, one sparse page, or one scroll. Displacements
/// from `base` are in layout order. A pointer loses its translation when its coordinate leaves what it covers.
struct alignas(64) Pointer {
  phext::PackedCoordinate coordinate;
  std::byte* base = nullptr;   ///< the cell at `coordinate`; null while not translated
  std::byte* begin = nullptr;  ///< null while not translated
  std::byte* end = nullptr;    ///< null while not translated
  const Region* region = nullptr;
  std::uint64_t handle = 0;  ///< of the region, while translated; no later region has the same

  bool translated() const { return base != nullptr; }
  void forget() { base = begin = end = nullptr, region = nullptr, handle = 0; }
};
static_assert(sizeof(Pointer) == 64);

}  // namespace vtpu::memory
