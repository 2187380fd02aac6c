#pragma once
#include <cstddef>

#include "vtpu/phext/packed.h"

namespace vtpu::memory {

class Region;

/// What a p-register holds: a coordinate, and once an access has translated it, where its cell lies. A translated
/// pointer covers the bytes [begin, end): a whole dense box, one sparse page, or one scroll. Displacements from `base`
/// run in layout order. A pointer whose coordinate has left what it covers is not translated.
struct alignas(64) Pointer {
  phext::PackedCoordinate coordinate;
  std::byte* base = nullptr;   ///< the cell at `coordinate`; null while not translated
  std::byte* begin = nullptr;  ///< null while not translated
  std::byte* end = nullptr;    ///< null while not translated
  const Region* region = nullptr;

  bool translated() const { return base != nullptr; }
  void forget() { base = begin = end = nullptr, region = nullptr; }
};
static_assert(sizeof(Pointer) == 64);

}  // namespace vtpu::memory
