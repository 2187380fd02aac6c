#include "vtpu/phext/scrolls.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "vtpu/phext/scan.h"
#include "vtpu/phext/writer.h"

namespace vtpu::phext {

Result<NextScroll> next_scroll(std::string_view text, const Coordinate& from) {
  NextScroll found{{from, {}}, from, {}};
  const Result<void> walked =
      for_each_scroll(text, from, [&](const Coordinate& at, std::size_t start, std::size_t end) {
        found.next = at;
        if (!found.scroll.text.empty()) {  // the previous scroll was the one
          found.remaining = text.substr(start);
          return false;
        }
        if (end > start) found.scroll = {at, text.substr(start, end - start)};
        return true;
      });
  if (!walked) return walked.error();
  return found;
}

Result<std::vector<Scroll>> phokenize(std::string_view text) {
  std::vector<Scroll> scrolls;
  const Result<void> walked =
      for_each_scroll(text, Coordinate(), [&](const Coordinate& at, std::size_t start, std::size_t end) {
        if (end > start) scrolls.push_back({at, text.substr(start, end - start)});
        return true;
      });
  if (!walked) return walked.error();
  return scrolls;
}

Result<std::string> dephokenize(std::span<const Scroll> scrolls) {
  DocumentWriter writer;
  std::optional<Coordinate> last;
  for (std::size_t i = 0; i < scrolls.size(); ++i) {
    const Scroll& scroll = scrolls[i];
    if (scroll.text.empty()) continue;
    if (last && scroll.coordinate <= *last)
      return Error{fmt::format("scroll {} of {}", i + 1, scrolls.size()),
                   fmt::format("found {} after {}", scroll.coordinate.to_string(), last->to_string()),
                   "ascending coordinates, each once"};
    writer.append(scroll.coordinate, scroll.text);
    last = scroll.coordinate;
  }
  return std::move(writer).take();
}

Result<std::map<Coordinate, std::string_view>> explode(std::string_view text) {
  const Result<std::vector<Scroll>> scrolls = phokenize(text);
  if (!scrolls) return scrolls.error();
  std::map<Coordinate, std::string_view> map;
  for (const Scroll& scroll : *scrolls) map.emplace_hint(map.end(), scroll.coordinate, scroll.text);
  return map;
}

std::string implode(const std::map<Coordinate, std::string_view>& scrolls) {
  DocumentWriter writer;
  for (const auto& [coordinate, text] : scrolls) writer.append(coordinate, text);
  return std::move(writer).take();
}

Result<std::string> implode(std::span<const Scroll> scrolls) {
  std::vector<Scroll> sorted(scrolls.begin(), scrolls.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Scroll& a, const Scroll& b) { return a.coordinate < b.coordinate; });
  return dephokenize(sorted);
}

Result<std::string> normalize(std::string_view text) {
  DocumentWriter writer;
  writer.reserve(text.size());
  const Result<void> walked =
      for_each_scroll(text, Coordinate(), [&](const Coordinate& at, std::size_t start, std::size_t end) {
        writer.append(at, text.substr(start, end - start));
        return true;
      });
  if (!walked) return walked.error();
  return std::move(writer).take();
}

}  // namespace vtpu::phext
