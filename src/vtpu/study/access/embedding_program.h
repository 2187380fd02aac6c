#pragma once
#include <cstddef>
#include <cstdint>

#include "vtpu/isa/program.h"

namespace vtpu::study::access {

/// Rows that an embedding program reads between two branches. A bag has a multiple of them.
inline constexpr std::size_t kEmbeddingGroup = 32;
/// The prefetch distance in cache lines, for rows of any length.
inline constexpr std::size_t kEmbeddingLinesAhead = 64;

/// The regions that hold the data of an embedding program; numbers as in regions.h.
struct EmbeddingRegions {
  std::uint32_t table = 0;  ///< rows of f32
  std::uint32_t ids = 1;    ///< u32, offsets of rows in units of 8 bytes; kEmbeddingLinesAhead more than the lookups
  std::uint32_t bags = 2;   ///< one row for each bag
};

/// The embedding lookup as a vTPU program. It reads rows of `lines` × 64 bytes by their ids through the S slot,
/// prefetches each row (sprefch), adds the rows of a bag in registers, and stores the sum. `lines`: 1..8. `bag`: rows
/// per bag, a multiple of kEmbeddingGroup. `lookups`: a multiple of `bag`.
isa::Program embedding_program(std::size_t lines, std::size_t lookups, std::size_t bag,
                               const EmbeddingRegions& regions = {});

}  // namespace vtpu::study::access
