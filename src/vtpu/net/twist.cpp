#include "vtpu/net/twist.h"

namespace vtpu::net {

Result<Twist> twist_of(const Shape& sides) {
  const int k = sides.side(0);
  if (sides.dimensions() == 3 && sides.side(2) == 2 * k) {
    if (sides.side(1) == k) return Twist{{{0, 0, k}, {0, 0, k}, {0, 0, 0}}};
    if (sides.side(1) == 2 * k) return Twist{{{0, k, k}, {0, 0, 0}, {0, 0, 0}}};
  }
  return Error{"twisted torus", "found sides " + to_string(sides), "k x k x 2k or k x 2k x 2k"};
}

}  // namespace vtpu::net
