#pragma once

#include <fmt/format.h>

#include "vtpu/base/index.h"

/// Formats an index as its number, with the specifications of int. It is apart from index.h so that few files include
/// fmt.
template <class Tag>
struct fmt::formatter<vtpu::Index<Tag>> : fmt::formatter<int> {
  template <class Context>
  auto format(vtpu::Index<Tag> index, Context& context) const {
    return fmt::formatter<int>::format(index.value(), context);
  }
};
