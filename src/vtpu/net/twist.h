#pragma once
#include <array>

#include "vtpu/base/result.h"
#include "vtpu/net/shape.h"

namespace vtpu::net {

/// How far the wrap-around link of each dimension also moves in the other two: twist[d][e] chips in dimension e when
/// dimension d wraps in the positive direction, the opposite when it wraps in the negative one.
using Twist = std::array<std::array<int, 3>, 3>;

/// The twist of the twisted torus with the given sides, k x k x 2k or k x 2k x 2k; see TwistedTorus.
/// Error: sides of neither family.
Result<Twist> twist_of(const Shape& sides);

}  // namespace vtpu::net
