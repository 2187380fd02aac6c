#include "vtpu/phext/edit.h"

#include <fmt/core.h>

#include <algorithm>

#include "vtpu/phext/document.h"
#include "vtpu/phext/scan.h"
#include "vtpu/phext/scrolls.h"
#include "vtpu/phext/writer.h"

namespace vtpu::phext {
namespace {

/// Replaces the bytes from `start` to `end` by `scroll` at `target`; `best` is the coordinate at `start`. `renumbers`:
/// the coordinates that follow may change, so that the result is checked for breaks past 999.
Result<std::string> splice(std::string_view text, std::size_t start, std::size_t end, const Coordinate& best,
                           const Coordinate& target, std::string_view scroll, bool renumbers) {
  std::string result;
  result.reserve(start + fix_up_length(best, target) + scroll.size() + (text.size() - end));
  result += text.substr(0, start);
  append_fix_up(result, best, target);
  result += scroll;
  result += text.substr(end);
  if (renumbers || std::any_of(scroll.begin(), scroll.end(), is_dimension_break)) {
    const Result<void> walked =
        for_each_scroll(result, Coordinate(), [](const Coordinate&, std::size_t, std::size_t) { return true; });
    if (!walked)
      return Error{"the edited document, " + walked.error().where, walked.error().found, walked.error().expected};
  }
  return result;
}

struct Range {
  Location first;
  std::size_t end = 0;
};

Result<Range> locate_range(std::string_view text, const Coordinate& first, const Coordinate& last) {
  if (last < first)
    return Error{"range", fmt::format("found {} to {}", first.to_string(), last.to_string()),
                 "the first coordinate not after the last"};
  Range range;
  const Result<void> walked =
      for_each_scroll(text, Coordinate(), [&](const Coordinate& at, std::size_t start, std::size_t end) {
        if (at > last) return false;
        if (at <= first) range.first = {start, end, at};
        range.end = end;
        return true;
      });
  if (!walked) return walked.error();
  if (range.first.best != first) range.first.start = range.first.end;
  return range;
}

}  // namespace

Result<std::string> insert(std::string_view text, const Coordinate& target, std::string_view scroll) {
  const Result<Location> at = locate(text, target);
  if (!at) return at.error();
  return splice(text, at->end, at->end, at->best, target, scroll, false);
}

Result<std::string> replace(std::string_view text, const Coordinate& target, std::string_view scroll) {
  const Result<Location> at = locate(text, target);
  if (!at) return at.error();
  return splice(text, at->start, at->end, at->best, target, scroll, false);
}

Result<std::string> remove(std::string_view text, const Coordinate& target) {
  DocumentWriter writer;
  writer.reserve(text.size());
  const Result<void> walked =
      for_each_scroll(text, Coordinate(), [&](const Coordinate& at, std::size_t start, std::size_t end) {
        if (at != target) writer.append(at, text.substr(start, end - start));
        return true;
      });
  if (!walked) return walked.error();
  return std::move(writer).take();
}

Result<std::string_view> range(std::string_view text, const Coordinate& first, const Coordinate& last) {
  const Result<Range> found = locate_range(text, first, last);
  if (!found) return found.error();
  return text.substr(found->first.start, found->end - found->first.start);
}

Result<std::string> range_replace(std::string_view text, const Coordinate& first, const Coordinate& last,
                                  std::string_view scroll) {
  const Result<Range> found = locate_range(text, first, last);
  if (!found) return found.error();
  return splice(text, found->first.start, found->end, found->first.best, first, scroll, true);
}

}  // namespace vtpu::phext
