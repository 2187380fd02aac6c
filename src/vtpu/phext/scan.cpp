#include "vtpu/phext/scan.h"

#include <fmt/core.h>

namespace vtpu::phext {

Error break_past_the_end(const Coordinate& at, Break kind, std::size_t offset) {
  return {fmt::format("byte {}", offset), fmt::format("a {} break at {}", name_of(kind), at.to_string()),
          fmt::format("at most {} per dimension", Coordinate::kMax)};
}

}  // namespace vtpu::phext
