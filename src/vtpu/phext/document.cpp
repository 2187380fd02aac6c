#include "vtpu/phext/document.h"

#include <fmt/core.h>

#include <algorithm>

#include "vtpu/base/check.h"
#include "vtpu/phext/scan.h"

namespace vtpu::phext {

Result<Location> locate(std::string_view text, const Coordinate& target) {
  Location location;
  // The walk ends at the scroll after the one found, because the break between them must be checked too.
  const Result<void> walked =
      for_each_scroll(text, Coordinate(), [&](const Coordinate& at, std::size_t start, std::size_t end) {
        if (at > target) {
          if (location.best != target) location.start = location.end;
          return false;
        }
        location = {start, end, at};
        return true;
      });
  if (!walked) return walked.error();
  if (location.best != target) location.start = location.end;
  return location;
}

Result<std::string_view> fetch(std::string_view text, const Coordinate& target) {
  const Result<Location> location = locate(text, target);
  if (!location) return location.error();
  return text.substr(location->start, location->end - location->start);
}

Result<ScrollIndex> ScrollIndex::build(std::string_view text) {
  ScrollIndex index;
  const Result<void> walked =
      for_each_scroll(text, Coordinate(), [&](const Coordinate& at, std::size_t start, std::size_t end) {
        index.entries_.push_back({at, start, end});
        return true;
      });
  if (!walked) return walked.error();
  return index;
}

Location ScrollIndex::locate(const Coordinate& target) const {
  const auto above = std::upper_bound(entries_.begin(), entries_.end(), target,
                                      [](const Coordinate& c, const Entry& entry) { return c < entry.coordinate; });
  VTPU_CHECK(above != entries_.begin(), "the first scroll of a document is at the origin");
  const Entry& last = *(above - 1);
  return {last.coordinate == target ? last.start : last.end, last.end, last.coordinate};
}

Result<Place> place_of(std::string_view text, std::size_t offset) {
  if (offset > text.size())
    return Error{fmt::format("byte {}", offset), fmt::format("the document has {} bytes", text.size()),
                 "an offset inside"};
  Place place;
  std::size_t scroll_start = 0;
  const Result<void> walked =
      for_each_scroll(text, Coordinate(), [&](const Coordinate& at, std::size_t start, std::size_t end) {
        place.scroll = at;
        scroll_start = start;
        return end < offset;
      });
  if (!walked) return walked.error();
  const std::string_view before = text.substr(scroll_start, offset - scroll_start);
  const char feed = byte_of(Break::line);
  place.line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), feed));
  const std::size_t last_feed = before.rfind(feed);
  place.column = last_feed == std::string_view::npos ? before.size() + 1 : before.size() - last_feed;
  return place;
}

Result<PackedCoordinate> pack(const Place& place) {
  for (const auto& [name, value] : {std::pair{"line", place.line}, std::pair{"column", place.column}})
    if (value < 1 || value > PackedCoordinate::kMax)
      return Error{place.scroll.to_string(), fmt::format("{} {}", name, value),
                   fmt::format("a number from 1 to {}", PackedCoordinate::kMax)};
  return PackedCoordinate::from_coordinate(place.scroll)
      .with(Axis::line, static_cast<std::uint32_t>(place.line))
      .with(Axis::column, static_cast<std::uint32_t>(place.column));
}

}  // namespace vtpu::phext
