#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/phext/document.h"
#include "vtpu/phext/scrolls.h"

namespace vtpu::phext {

/// The scrolls of both documents in normal form; where both have text, the left one directly followed by the right one.
/// Error: "left" or "right", and the byte of a break past 999.
Result<std::string> merge(std::string_view left, std::string_view right);

/// The scrolls of `left` at whose coordinates `right` has no text, in normal form. Error: as `merge`.
Result<std::string> subtract(std::string_view left, std::string_view right);

/// One coordinate at which two documents differ.
struct Difference {
  Coordinate coordinate;
  std::string_view left;   ///< empty: only the right document has text there
  std::string_view right;  ///< empty: only the left document has text there
};

/// In document order; none for documents with the same normal form. Error: as `merge`.
Result<std::vector<Difference>> diff(std::string_view left, std::string_view right);

/// Line and column, in bytes from 1, of the first byte in which the two texts differ, or at which the shorter one ends.
Place first_difference(const Difference& difference);

/// Every break made the next larger one, byte for byte; the library break stays.
std::string expand(std::string_view text);

/// Every break made the next smaller one, byte for byte; the line break stays.
std::string contract(std::string_view text);

}  // namespace vtpu::phext
