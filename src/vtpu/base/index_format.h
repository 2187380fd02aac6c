#pragma once

#include <fmt/core.h>

#include "vtpu/base/index.h"

namespace vtpu {

/// Formats an index as its number, with the specifications of int.
struct IndexFormatter : fmt::formatter<int> {
  fmt::format_context::iterator format_value(int value, fmt::format_context& context) const;
};

}  // namespace vtpu

template <class Tag>
struct fmt::formatter<vtpu::Index<Tag>> : vtpu::IndexFormatter {
  fmt::format_context::iterator format(vtpu::Index<Tag> index, fmt::format_context& context) const {
    return format_value(index.value(), context);
  }
};
