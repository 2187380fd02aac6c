#pragma once
#include <array>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/phext/coordinate.h"

namespace vtpu::phext {

/// A box of coordinates, written like a coordinate in which a part may also be `*` (any) or a range such as `2-5`.
class Selection {
 public:
  /// Error: the column, what was found, what was expected.
  static Result<Selection> parse(std::string_view text);

  bool contains(const Coordinate& coordinate) const;

 private:
  std::array<unsigned, 9> first_{}, last_{};
};

/// The scrolls of a selection at their coordinates, in normal form. Makes one pass. Error: the byte of a break past
/// 999.
Result<std::string> select(std::string_view text, const Selection& selection);

}  // namespace vtpu::phext
