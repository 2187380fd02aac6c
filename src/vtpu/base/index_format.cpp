#include "vtpu/base/index_format.h"

#include <fmt/format.h>

namespace vtpu {

// Here and not in the header: fmt/core.h, which is all that most files include, declares this function only.
fmt::format_context::iterator IndexFormatter::format_value(int value, fmt::format_context& context) const {
  return fmt::formatter<int>::format(value, context);
}

}  // namespace vtpu
