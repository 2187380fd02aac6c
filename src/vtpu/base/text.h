#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu {

/// The parts of `text` between separators; an empty text has one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

std::string join(std::span<const std::string> pieces, std::string_view separator);

/// The same, but a separator inside a quoted text (`take_quoted`) does not count. Quotes open at the start of a part or
/// after a blank.
std::vector<std::string_view> split_outside_quotes(std::string_view text, char separator);

/// `text` in double quotes, with \", \\, \n, \r, \t, and \u00XX for other control characters; the first `spelt_out`
/// ASCII characters are written as \u00XX too, which gives the same text another spelling. TOML and JSON read it.
std::string in_quotes(std::string_view text, std::size_t spelt_out = 0);

/// Removes a text in double quotes, as `in_quotes` writes it, from the front of `text` and returns what it says. Empty,
/// and `text` is unchanged, if it does not begin with one.
std::optional<std::string> take_quoted(std::string_view& text);

/// `text` without blanks, tabs and line ends at either end.
std::string_view trim(std::string_view text);

/// Reads all of `text` as a decimal number. Error: `where`, what was found, what was expected.
Result<double> parse_number(std::string_view text, const std::string& where);
Result<std::int64_t> parse_integer(std::string_view text, const std::string& where);

/// The candidate with the smallest edit distance to `word`; empty when none is close enough to be a typing error.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// "'word'; did you mean 'x'?" where `nearest` finds an x, else "'word'".
std::string quoted_with_hint(std::string_view word, std::span<const std::string> candidates);

/// Formats a number with `digits` significant digits and trailing zeros; without an exponent between 1e-4 and 1e9.
std::string significant(double value, int digits);

}  // namespace vtpu
