#pragma once
#include <cstddef>
#include <cstdint>

#include "vtpu/isa/program.h"

namespace vtpu::study::access {

/// Rows that an embedding program reads without a branch in between; bags are a whole number of them.
inline constexpr std::size_t kEmbeddingGroup = 32;
/// Lines that are asked for before they are read, whatever the length of a row.
inline constexpr std::size_t kEmbeddingLinesAhead = 64;

/// Where an embedding program finds its data: regions by the numbers of regions.h.
struct EmbeddingRegions {
  std::uint32_t table = 0;  ///< rows of f32
  std::uint32_t ids = 1;    ///< u32, places of rows in units of 8 bytes; kEmbeddingLinesAhead more than are looked up
  std::uint32_t bags = 2;   ///< a row for each bag
};

/// The embedding lookup as a vTPU program: reads rows of `lines` × 64 bytes by their ids through the S slot, asking for
/// each well before it is read (sprefch), adds up those of a bag in registers, and stores the sum.
/// `lines`: 1..8. `bag`: rows of a bag, a multiple of kEmbeddingGroup; `lookups`: a multiple of `bag`.
isa::Program embedding_program(std::size_t lines, std::size_t lookups, std::size_t bag,
                               const EmbeddingRegions& regions = {});

}  // namespace vtpu::study::access
