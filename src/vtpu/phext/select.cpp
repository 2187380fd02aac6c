#include "vtpu/phext/select.h"

#include <charconv>
#include <optional>

#include "vtpu/phext/scan.h"
#include "vtpu/phext/writer.h"

namespace vtpu::phext {
namespace {

/// A number from 1 to 999 at `at`, which then points behind it.
std::optional<unsigned> read_part(std::string_view text, std::size_t& at) {
  unsigned value = 0;
  const auto [end, failed] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (failed != std::errc() || value < 1 || value > 999) return std::nullopt;
  at = static_cast<std::size_t>(end - text.data());
  return value;
}

}  // namespace

Result<Selection> Selection::parse(std::string_view text) {
  static constexpr std::string_view kSeparators = "../../..";  // between the nine parts
  Selection selection;
  std::size_t at = 0;
  const auto wrong = [&](const std::string& expected) {
    const std::string found = at < text.size() ? "found '" + std::string(1, text[at]) + "'" : "ends here";
    return Error{"column " + std::to_string(at + 1), found, expected};
  };
  for (std::size_t part = 0; part < selection.first_.size(); ++part) {
    if (part > 0) {
      const char separator = kSeparators[part - 1];
      if (at == text.size() || text[at] != separator) return wrong("'" + std::string(1, separator) + "'");
      ++at;
    }
    if (at < text.size() && text[at] == '*') {
      selection.first_[part] = 1, selection.last_[part] = 999;
      ++at;
      continue;
    }
    const auto first = read_part(text, at);
    if (!first) return wrong("'*', a number from 1 to 999, or a range of them such as 2-5");
    selection.first_[part] = selection.last_[part] = *first;
    if (at == text.size() || text[at] != '-') continue;
    const std::size_t dash = at++;
    const auto last = read_part(text, at);
    if (!last) return wrong("the number from 1 to 999 at which the range ends");
    if (*last < *first) return Error{"column " + std::to_string(dash + 1), "the range ends before it begins", ""};
    selection.last_[part] = *last;
  }
  if (at != text.size()) return wrong("the end after nine parts");
  return selection;
}

bool Selection::contains(const Coordinate& coordinate) const {
  const Parts parts = coordinate.parts();
  for (std::size_t part = 0; part < parts.size(); ++part)
    if (parts[part] < first_[part] || parts[part] > last_[part]) return false;
  return true;
}

Result<std::string> select(std::string_view text, const Selection& selection) {
  DocumentWriter writer;
  const Result<void> walked =
      for_each_scroll(text, Coordinate(), [&](const Coordinate& at, std::size_t start, std::size_t end) {
        if (start < end && selection.contains(at)) writer.append(at, text.substr(start, end - start));
        return true;
      });
  if (!walked) return walked.error();
  return std::move(writer).take();
}

}  // namespace vtpu::phext
