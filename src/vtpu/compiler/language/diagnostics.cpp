#include "vtpu/compiler/language/diagnostics.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace vtpu::compiler::language {
namespace {

bool prints(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; }
bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::string_view line_of(std::string_view text, std::uint32_t line) {
  for (std::uint32_t at = 1; at < line; ++at) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

}  // namespace

void Diagnostics::add(Span span, std::string found, std::string expected, std::string hint) {
  if (full()) return;
  for (const Diagnostic& earlier : list_)
    if (earlier.place == span.place) return;
  list_.push_back({.place = span.place,
                   .length = span.length,
                   .found = std::move(found),
                   .expected = std::move(expected),
                   .hint = std::move(hint)});
}

bool Diagnostics::has_line(std::uint32_t line) const {
  return std::any_of(list_.begin(), list_.end(), [&](const Diagnostic& d) { return d.place.line == line; });
}

std::vector<Diagnostic> Diagnostics::take() {
  std::stable_sort(list_.begin(), list_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
  return std::exchange(list_, {});
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string shown = "'";
  for (const char c : text.substr(0, kLongest)) shown += prints(c) ? c : '?';
  if (text.size() > kLongest) shown += "…";
  return shown + "'";
}

std::string render(const Diagnostic& diagnostic, std::string_view name, std::string_view text) {
  std::string shown = std::string(name) + ":" + std::to_string(diagnostic.place.line) + ":" +
                      std::to_string(diagnostic.place.column) + ": error: " + diagnostic.found;
  if (!diagnostic.expected.empty()) shown += "; expected " + diagnostic.expected;
  shown += '\n';

  std::string line, below;
  std::uint32_t column = 0, marked = 0;
  for (const char c : line_of(text, diagnostic.place.line)) {
    if (begins_character(c)) {
      ++column;
      if (column < diagnostic.place.column) {
        below += c == '\t' ? '\t' : ' ';
      } else if (marked < diagnostic.length) {
        below += marked++ == 0 ? '^' : '~';
      }
    }
    line += prints(c) || c == '\t' ? c : '?';
  }
  if (marked == 0) below += '^';
  shown += "  " + line + "\n  " + below + "\n";
  if (!diagnostic.hint.empty()) shown += "  hint: " + diagnostic.hint + "\n";
  return shown;
}

}  // namespace vtpu::compiler::language
