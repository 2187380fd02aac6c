#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/phext/coordinate.h"
#include "vtpu/phext/packed.h"

namespace vtpu::phext {

/// Where a coordinate lies in a document: the bytes [start, end). When the document has the scroll, `best` is the
/// coordinate asked for. Otherwise start = end is the place where it would go, and `best` the last scroll before it.
struct Location {
  std::size_t start = 0;
  std::size_t end = 0;
  Coordinate best;

  friend bool operator==(const Location&, const Location&) = default;
};

/// Finds a scroll in one pass that stops once it is found or passed. Error: the byte of a break past 999 met before.
Result<Location> locate(std::string_view text, const Coordinate& target);

/// The text of a scroll, empty when it is absent; it points into `text`. Error: as `locate`.
Result<std::string_view> fetch(std::string_view text, const Coordinate& target);

/// The places of all scrolls, for many look-ups in one document that does not change.
class ScrollIndex {
 public:
  struct Entry {
    Coordinate coordinate;
    std::size_t start = 0;
    std::size_t end = 0;
  };

  /// One pass. Error: the byte of the first break past 999.
  static Result<ScrollIndex> build(std::string_view text);

  /// As the free `locate`, by binary search.
  Location locate(const Coordinate& target) const;

  /// In document order, the empty scrolls included; never empty itself.
  std::span<const Entry> entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

/// Where a byte stands: its scroll, and in that the line and the column, in bytes, both from 1.
struct Place {
  Coordinate scroll;
  std::size_t line = 1;
  std::size_t column = 1;
};

/// The place of the byte at `offset`; that of the end of the text for `offset` = its length. A break belongs to the
/// scroll and the line it ends. Error: an offset behind the end, a break past 999 before it.
Result<Place> place_of(std::string_view text, std::size_t offset);

/// Error: a line or column past 2047.
Result<PackedCoordinate> pack(const Place& place);

}  // namespace vtpu::phext
