#include "vtpu/base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace vtpu {
namespace {

template <class Number>
Result<Number> parse_whole(std::string_view text, const std::string& where, const char* expected, const char* range) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, status] = std::from_chars(text.data(), end, value);
  if (text.empty() || status != std::errc() || stop != end)
    return Error{where, fmt::format("found '{}'", text),
                 std::string(expected) + (status == std::errc::result_out_of_range && stop == end ? range : "")};
  return value;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  std::size_t start = 0;
  while (true) {
    const std::size_t stop = text.find(separator, start);
    pieces.push_back(text.substr(start, stop - start));
    if (stop == std::string_view::npos) return pieces;
    start = stop + 1;
  }
}

std::vector<std::string_view> split_outside_quotes(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  std::size_t start = 0;
  bool may_open = true;
  for (std::size_t at = 0; at < text.size();) {
    std::string_view rest = text.substr(at);
    if (may_open && take_quoted(rest)) {
      at = text.size() - rest.size();
      may_open = false;
      continue;
    }
    may_open = text[at] == ' ' || text[at] == separator;
    if (text[at] == separator) {
      pieces.push_back(text.substr(start, at - start));
      start = at + 1;
    }
    ++at;
  }
  pieces.push_back(text.substr(start));
  return pieces;
}

std::string in_quotes(std::string_view text, std::size_t spelt_out) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool ascii = byte < 0x80;
    if (ascii && spelt_out > 0) {
      out += fmt::format("\\u{:04X}", byte);
      --spelt_out;
      continue;
    }
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (byte < 0x20 || byte == 0x7F)
          out += fmt::format("\\u{:04X}", byte);
        else
          out += c;
    }
  }
  return out + '"';
}

std::optional<std::string> take_quoted(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  std::string out;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      text.remove_prefix(at + 1);
      return out;
    }
    if (c != '\\') {
      out += c;
      continue;
    }
    if (++at == text.size()) return std::nullopt;
    switch (text[at]) {
      case '"':
      case '\\': out += text[at]; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u': {
        unsigned code = 0;
        const char* const digits = text.data() + at + 1;
        if (text.size() - at <= 4 || std::from_chars(digits, digits + 4, code, 16).ptr != digits + 4 || code >= 0x80)
          return std::nullopt;
        out += static_cast<char>(code);
        at += 4;
        break;
      }
      default: return std::nullopt;
    }
  }
  return std::nullopt;
}

std::string join(std::span<const std::string> pieces, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i > 0) text += separator;
    text += pieces[i];
  }
  return text;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Result<double> parse_number(std::string_view text, const std::string& where) {
  Result<double> value = parse_whole<double>(text, where, "a decimal number", " that a double can hold");
  if (value && !std::isfinite(*value)) return Error{where, fmt::format("found '{}'", text), "a finite number"};
  return value;
}

Result<std::int64_t> parse_integer(std::string_view text, const std::string& where) {
  return parse_whole<std::int64_t>(text, where, "a whole number", " from -9223372036854775808 to 9223372036854775807");
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string best;
  // Nobody retypes a longer word letter by letter, and comparing two takes the product of their lengths.
  constexpr std::size_t kLongest = 200;
  if (word.size() > kLongest) return best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    if (longer - std::min(word.size(), candidate.size()) >= best_distance) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string quoted_with_hint(std::string_view word, std::span<const std::string> candidates) {
  const std::string hint = nearest(word, candidates);
  return hint.empty() ? fmt::format("'{}'", word) : fmt::format("'{}'; did you mean '{}'?", word, hint);
}

std::string significant(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return fmt::format("{}", value);
  const std::string scientific = fmt::format("{:.{}e}", value, digits - 1);
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  if (exponent < -4 || exponent > 8) return scientific;
  // The scientific form rounds digits left of the decimal point too: 31.96 to two digits is 32, and 1234 is 1200.
  return fmt::format("{:.{}f}", std::stod(scientific), std::max(0, digits - 1 - exponent));
}

}  // namespace vtpu
