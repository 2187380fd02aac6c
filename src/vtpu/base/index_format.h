#pragma once

#include <fmt/core.h>

#include "vtpu/base/index.h"

/// Formats an index as its number, with the specifications of int. A source that prints one includes fmt/format.h.
template <class Tag>
struct fmt::formatter<vtpu::Index<Tag>> : fmt::formatter<int> {
  template <class Context>
  auto format(vtpu::Index<Tag> index, Context& context) const {
    return fmt::formatter<int>::format(index.value(), context);
  }
};
