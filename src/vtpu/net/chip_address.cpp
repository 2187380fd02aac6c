#include "vtpu/net/chip_address.h"

#include <fmt/core.h>

#include <array>

namespace vtpu::net {
namespace {

constexpr int kLargestPart = 999;

/// The text at the position of a mistake, safe to print: control bytes and bytes above 126 in hexadecimal.
std::string shown(std::string_view text, std::size_t at) {
  if (at >= text.size()) return "the end of the text";
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte >= 32 && byte < 127 ? fmt::format("'{}'", text[at]) : fmt::format("byte 0x{:02x}", byte);
}

}  // namespace

Result<ChipAddress> parse_chip_address(std::string_view text) {
  struct Part {
    const char* name;
    char ends_with;  // 0: the end of the text
  };
  constexpr std::array<Part, 5> kParts = {
      {{"volume", '.'}, {"book", '.'}, {"chapter", '/'}, {"section", '.'}, {"scroll", 0}}};
  std::array<int, 5> values{};
  std::size_t at = 0;
  const auto wrong = [&](std::size_t place, std::string found, std::string expected) {
    return Error{fmt::format("chip address, byte {}", place + 1), std::move(found), std::move(expected)};
  };
  for (std::size_t part = 0; part < kParts.size(); ++part) {
    const std::size_t start = at;
    int value = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9' && value <= kLargestPart)
      value = value * 10 + (text[at++] - '0');
    if (at == start)
      return wrong(at, "found " + shown(text, at), fmt::format("the {} as a number from 1 to 999", kParts[part].name));
    if (text[start] == '0' || value > kLargestPart)
      return wrong(start, fmt::format("found the {} {}", kParts[part].name, text.substr(start, at - start)),
                   "a number from 1 to 999 without leading zero");
    values[part] = value;
    const char end = kParts[part].ends_with;
    if (end == 0) {
      if (at != text.size()) return wrong(at, "found " + shown(text, at), "the end of the text after the scroll");
    } else {
      if (at >= text.size() || text[at] != end)
        return wrong(at, "found " + shown(text, at), fmt::format("'{}' after the {}", end, kParts[part].name));
      ++at;
    }
  }
  return ChipAddress{values[0], values[1], values[2], values[3], values[4]};
}

std::string to_string(const ChipAddress& address) {
  return fmt::format("{}.{}.{}/{}.{}", address.volume, address.book, address.chapter, address.section, address.scroll);
}

}  // namespace vtpu::net
