#include "vtpu/phext/escape.h"

#include <charconv>

#include "vtpu/phext/break.h"

namespace vtpu::phext {

std::string escape(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string escaped;
  escaped.reserve(text.size());
  for (const char byte : text) {
    if (byte == '\\') {
      escaped += "\\\\";
    } else if (is_dimension_break(byte)) {
      const auto value = static_cast<unsigned char>(byte);
      escaped += {'\\', 'x', kDigits[value >> 4], kDigits[value & 15]};
    } else {
      escaped += byte;
    }
  }
  return escaped;
}

Result<std::string> unescape(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      plain += text[at++];
      continue;
    }
    const std::string_view rest = text.substr(at);
    unsigned value = 0;
    if (rest.starts_with("\\\\")) {
      plain += '\\';
      at += 2;
    } else if (rest.starts_with("\\x") && rest.size() >= 4 &&
               std::from_chars(rest.data() + 2, rest.data() + 4, value, 16).ptr == rest.data() + 4) {
      plain += static_cast<char>(value);
      at += 4;
    } else {
      return Error{"byte " + std::to_string(at), "found a backslash that begins no escape",
                   "'\\\\' or '\\x' and two hexadecimal digits"};
    }
  }
  return plain;
}

}  // namespace vtpu::phext
