#include "vtpu/isa/cursor.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "vtpu/base/text.h"

namespace vtpu::isa {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '.'; }

}  // namespace

void Cursor::skip_blanks() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
}

bool Cursor::at_end() {
  skip_blanks();
  return at_ == text_.size();
}

bool Cursor::at(char c) { return !at_end() && text_[at_] == c; }

bool Cursor::eat(char c) {
  if (!at(c)) return false;
  ++at_;
  return true;
}

std::string_view Cursor::word() {
  skip_blanks();
  const std::size_t from = at_;
  while (at_ < text_.size() && is_word(text_[at_])) ++at_;
  return text_.substr(from, at_ - from);
}

std::string_view Cursor::until(std::string_view stops) {
  skip_blanks();
  const std::size_t from = at_;
  at_ = std::min(text_.find_first_of(stops, at_), text_.size());
  return trim(text_.substr(from, at_ - from));
}

std::string Cursor::where(std::size_t mark) const { return fmt::format("{}:{}:{}", file_, line_, mark + 1); }

Error Cursor::error(std::size_t mark, std::string found, std::string expected) const {
  return {where(mark), std::move(found), std::move(expected)};
}

Error Cursor::unexpected(std::string expected) {
  if (at_end()) return error(at_, "the line ends", std::move(expected));
  const std::size_t mark = at_;
  std::string_view here = word();
  if (here.empty()) here = text_.substr(mark, 1);
  at_ = mark;
  return error(mark, "found " + shown(here), std::move(expected));
}

Result<void> Cursor::want(char c) {
  if (eat(c)) return {};
  return unexpected(shown({&c, 1}));
}

Result<std::uint64_t> parse_bits(std::string_view text) {
  const Error bad{"", "found " + shown(text), "a 64-bit number, such as 5, -3 or 0x1f"};
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  const bool hex = digits.starts_with("0x");
  if (hex) digits.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  if (code != std::errc{} || end != digits.data() + digits.size()) return bad;
  if (!negative) return value;
  if (value > std::uint64_t{1} << 63) return bad;
  return ~value + 1;
}

std::string shown(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text.substr(0, 40)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f)
      quoted += fmt::format("\\x{:02x}", byte);
    else
      quoted += c;
  }
  return quoted + (text.size() > 40 ? "…'" : "'");
}

bool is_name(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return false;
  for (const char c : text)
    if (!is_word(c)) return false;
  return true;
}

}  // namespace vtpu::isa
