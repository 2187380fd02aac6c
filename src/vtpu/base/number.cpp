#include "vtpu/base/number.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "vtpu/base/text.h"

namespace vtpu {

std::string number_text(std::int64_t number) { return fmt::format("{}", number); }
std::string number_text(std::uint64_t number) { return fmt::format("{}", number); }
std::string number_text(double number) { return fmt::format("{}", number); }

const char* const kBytesForm =
    "a number of bytes, alone or with B, kB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024), as "
    "65536, \"64 KiB\" or \"1.5 GB\"";

Result<std::uint64_t> parse_bytes(std::string_view text, const std::string& where) {
  struct Unit {
    std::string_view name;
    std::uint64_t bytes;
  };
  static constexpr std::array<Unit, 10> kUnits = {{{"", 1},
                                                   {"B", 1},
                                                   {"kB", 1'000},
                                                   {"MB", 1'000'000},
                                                   {"GB", 1'000'000'000},
                                                   {"TB", 1'000'000'000'000},
                                                   {"KiB", std::uint64_t{1} << 10},
                                                   {"MiB", std::uint64_t{1} << 20},
                                                   {"GiB", std::uint64_t{1} << 30},
                                                   {"TiB", std::uint64_t{1} << 40}}};
  constexpr std::uint64_t kMost = 1'000'000'000'000'000'000;
  const std::string_view all = trim(text);
  const std::size_t digits = std::min(all.find_first_not_of("0123456789."), all.size());
  const std::string_view number = all.substr(0, digits), unit = trim(all.substr(digits));
  const auto* found = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& each) { return each.name == unit; });
  const Error wrong{where, fmt::format("found '{}'", text), kBytesForm};
  if (number.empty()) return wrong;
  if (found == kUnits.end()) return Error{where, fmt::format("found unit '{}' in '{}'", unit, text), kBytesForm};
  const Error too_many{where, wrong.found, fmt::format("at most {} bytes", kMost)};
  if (number.find('.') == std::string_view::npos) {
    const auto whole = parse_between<std::uint64_t>(number, where, 0, kMost / found->bytes);
    return whole ? Result<std::uint64_t>(*whole * found->bytes) : too_many;
  }
  const auto value = parse_number(number, where);
  if (!value) return wrong;
  const double bytes = *value * static_cast<double>(found->bytes);
  if (bytes > static_cast<double>(kMost)) return too_many;
  return static_cast<std::uint64_t>(bytes + 0.5);
}

}  // namespace vtpu
