#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/phext/document.h"
#include "vtpu/phext/scrolls.h"

namespace vtpu::phext {

/// The scrolls of both documents in normal form; where both have text at a coordinate, the left text followed by the
/// right one. Error: "left" or "right", and the byte of a break past 999.
Result<std::string> merge(std::string_view left, std::string_view right);

/// The scrolls of `left` at whose coordinates `right` has no text, in normal form. Error: as `merge`.
Result<std::string> subtract(std::string_view left, std::string_view right);

/// A coordinate at which two documents differ.
struct Difference {
  Coordinate coordinate;
  std::string_view left;   ///< empty: only the right document has text there
  std::string_view right;  ///< empty: only the left document has text there
};

/// The differences in document order; none for documents with the same normal form. Error: as `merge`.
Result<std::vector<Difference>> diff(std::string_view left, std::string_view right);

/// Line and column (in bytes, from 1) of the first byte that differs, or at which the shorter text ends.
Place first_difference(const Difference& difference);

/// Replaces every break by the next larger one; the library break stays.
std::string expand(std::string_view text);

/// Replaces every break by the next smaller one; the line break stays.
std::string contract(std::string_view text);

}  // namespace vtpu::phext
