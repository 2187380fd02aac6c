#pragma once
#include <cstddef>

namespace vtpu {

/// The position in a standard container of the element with number `index`, which is not negative.
constexpr std::size_t at(int index) { return static_cast<std::size_t>(index); }

}  // namespace vtpu
