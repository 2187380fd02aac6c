#pragma once
#include <array>

#include "vtpu/base/result.h"
#include "vtpu/net/shape.h"

namespace vtpu::net {

/// The offset that a wrap-around link adds in the other two dimensions: twist[d][e] chips in dimension e when dimension
/// d wraps in the positive direction, minus that when it wraps in the negative direction.
using Twist = std::array<std::array<int, 3>, 3>;

/// The twist of the twisted torus with the given sides, k x k x 2k or k x 2k x 2k; see TwistedTorus.
/// Error: sides that belong to neither family.
Result<Twist> twist_of(const Shape& sides);

}  // namespace vtpu::net
