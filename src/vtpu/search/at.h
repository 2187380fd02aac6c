#pragma once
#include <cstddef>

namespace vtpu::search {

/// An index as a subscript. Searches compute with int, since indices are offsets into products of ranges.
inline std::size_t at(int index) { return static_cast<std::size_t>(index); }

}  // namespace vtpu::search
