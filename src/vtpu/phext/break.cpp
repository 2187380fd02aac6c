#include "vtpu/phext/break.h"

#include <algorithm>

namespace vtpu::phext {

std::optional<Break> break_named(std::string_view name) {
  const auto found = std::find(kBreakNames.begin(), kBreakNames.end(), name);
  if (found == kBreakNames.end()) return std::nullopt;
  return static_cast<Break>(found - kBreakNames.begin());
}

}  // namespace vtpu::phext
