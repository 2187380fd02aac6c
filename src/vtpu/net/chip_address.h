#pragma once
#include <compare>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace vtpu::net {

/// The name of a chip, `volume.book.chapter/section.scroll`, as in `8.8.8/1.1`. Volume, book and chapter are the chip's
/// coordinates on the torus, the section is one of its links, scroll 1 is the chip itself. Every part is 1..999; a
/// Machine further limits them.
struct ChipAddress {
  int volume = 1;
  int book = 1;
  int chapter = 1;
  int section = 1;
  int scroll = 1;

  auto operator<=>(const ChipAddress&) const = default;
};

/// Parses exactly what `to_string` writes: five decimal numbers without sign, blank or leading zero. Error: the byte,
/// counted from 1, at which the text stops being an address, and what is expected there.
Result<ChipAddress> parse_chip_address(std::string_view text);

std::string to_string(const ChipAddress& address);

}  // namespace vtpu::net
