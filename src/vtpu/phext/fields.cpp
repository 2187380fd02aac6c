#include "vtpu/phext/fields.h"

#include <fmt/core.h>

namespace vtpu::phext {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string FieldReader::here() const {
  if (at_end()) return "the end of the text";
  const char c = text_[at_];
  return c >= 0x20 && c < 0x7f ? fmt::format("'{}'", c) : fmt::format("byte 0x{:02X}", static_cast<unsigned char>(c));
}

Result<std::uint32_t> FieldReader::number(std::uint32_t low, std::uint32_t high) {
  const std::size_t start = at_;
  if (!at_end() && text_[at_] == '+') ++at_;
  if (at_end() || !is_digit(text_[at_]))
    return Error{place(), "found " + here(), fmt::format("a number from {} to {}", low, high)};
  std::uint64_t value = 0;
  for (; !at_end() && is_digit(text_[at_]); ++at_)
    if (value <= high) value = value * 10 + static_cast<std::uint64_t>(text_[at_] - '0');
  if (value >= low && value <= high) return static_cast<std::uint32_t>(value);
  constexpr std::size_t kShown = 20;
  const std::string_view written = text_.substr(start, at_ - start);
  return Error{place_of(start),
               fmt::format("found {}{}", written.substr(0, kShown), written.size() > kShown ? "..." : ""),
               fmt::format("a number from {} to {}", low, high)};
}

bool FieldReader::wildcard() {
  if (at_end() || text_[at_] != '*') return false;
  ++at_;
  return true;
}

Result<void> FieldReader::separator(char wanted) {
  if (!at_end() && text_[at_] == wanted) {
    ++at_;
    return {};
  }
  const bool url_form = wanted == '/' && !at_end() && text_[at_] == ';';
  return Error{place(), "found " + here(), fmt::format("'{}'{}", wanted, url_form ? "; ';' is for URLs only" : "")};
}

Result<void> FieldReader::end() const {
  if (at_end()) return {};
  return Error{place(), "found " + here(), "the end of the text"};
}

}  // namespace vtpu::phext
