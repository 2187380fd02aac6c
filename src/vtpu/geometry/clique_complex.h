#pragma once
#include <cstdint>
#include <span>

#include "vtpu/base/result.h"
#include "vtpu/geometry/complex.h"
#include "vtpu/phext/packed.h"

namespace vtpu::geometry {

/// Two coordinates are neighbours if no axis differs by more than 1. The complex of the sets of mutual neighbours among
/// `occupied`, up to rank `highest`. This is the complex whose simplices the opcode ssimplex counts. Coordinates are
/// numbered in ascending order; a coordinate that occurs twice counts once.
/// Error: a rank above Complex::kMaxRank; more simplices than a complex can have.
Result<Complex> clique_complex(std::span<const phext::PackedCoordinate> occupied, std::uint32_t highest);

}  // namespace vtpu::geometry
