#pragma once
#include <cctype>
#include <string>

namespace vtpu::figures {

/// "torus 16x16x16" with multiplication signs, as print wants it: every x between two digits.
inline std::string with_times(const std::string& text) {
  const auto digit = [&](std::size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
  };
  std::string printed;
  for (std::size_t at = 0; at < text.size(); ++at)
    printed += text[at] == 'x' && at > 0 && digit(at - 1) && digit(at + 1) ? "×" : std::string(1, text[at]);
  return printed;
}

}  // namespace vtpu::figures
