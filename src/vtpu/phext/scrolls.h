#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/phext/coordinate.h"

namespace vtpu::phext {

/// A coordinate and its text, which the scroll does not own.
struct Scroll {
  Coordinate coordinate;
  std::string_view text;

  friend bool operator==(const Scroll&, const Scroll&) = default;
};

/// The first scroll with text in the rest of a document.
struct NextScroll {
  Scroll scroll;
  Coordinate next;             ///< after the break that ended the scroll
  std::string_view remaining;  ///< the text after that break
};

/// The first scroll of `text` that is not empty, when `text` begins at `from`. If there is none, the empty scroll at
/// `from`, with `next` after all breaks. Error: the byte of a break past 999 before that.
Result<NextScroll> next_scroll(std::string_view text, const Coordinate& from);

/// The scrolls with text, in order; there are none in a document of breaks alone. The texts point into `text`. Error:
/// the byte of the first break past 999.
Result<std::vector<Scroll>> phokenize(std::string_view text);

/// The document of scrolls in strictly ascending order, in normal form. Empty scrolls are ignored. Error: the first
/// scroll with text at or before the previous one.
Result<std::string> dephokenize(std::span<const Scroll> scrolls);

/// `phokenize` as a map.
Result<std::map<Coordinate, std::string_view>> explode(std::string_view text);

/// `dephokenize` of a map.
std::string implode(const std::map<Coordinate, std::string_view>& scrolls);

/// As `implode`, for scrolls in any order. Error: a coordinate that two scrolls with text claim.
Result<std::string> implode(std::span<const Scroll> scrolls);

/// The same scrolls with the fewest breaks: none at the end, and each run of breaks in its shortest form. Idempotent.
/// Error: as `phokenize`.
Result<std::string> normalize(std::string_view text);

}  // namespace vtpu::phext
