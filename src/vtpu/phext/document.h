#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/phext/coordinate.h"
#include "vtpu/phext/packed.h"

namespace vtpu::phext {

/// The bytes [start, end) of a scroll in a document. When the document has the scroll, `best` is the requested
/// coordinate. Otherwise start = end is where the scroll would be inserted, and `best` is the last scroll before it.
struct Location {
  std::size_t start = 0;
  std::size_t end = 0;
  Coordinate best;

  friend bool operator==(const Location&, const Location&) = default;
};

/// Finds a scroll in one pass, which ends when the scroll is found or passed. Error: the byte of a break past 999
/// before that.
Result<Location> locate(std::string_view text, const Coordinate& target);

/// The text of a scroll, empty when it is absent; it points into `text`. Error: as `locate`.
Result<std::string_view> fetch(std::string_view text, const Coordinate& target);

/// The positions of all scrolls, for many look-ups in a document that does not change.
class ScrollIndex {
 public:
  struct Entry {
    Coordinate coordinate;
    std::size_t start = 0;
    std::size_t end = 0;
  };

  /// Makes one pass. Error: the byte of the first break past 999.
  static Result<ScrollIndex> build(std::string_view text);

  /// As the free function `locate`, by binary search.
  Location locate(const Coordinate& target) const;

  /// All scrolls in document order, empty ones included. There is at least one.
  std::span<const Entry> entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

/// The position of a byte: its scroll, and the line and column (in bytes) in it, both from 1.
struct Place {
  Coordinate scroll;
  std::size_t line = 1;
  std::size_t column = 1;
};

/// The position of the byte at `offset`; `offset` may be the length of the text. A break belongs to the scroll and the
/// line that it ends. Error: an offset past the end, a break past 999 before it.
Result<Place> place_of(std::string_view text, std::size_t offset);

/// Error: a line or column past 2047.
Result<PackedCoordinate> pack(const Place& place);

}  // namespace vtpu::phext
