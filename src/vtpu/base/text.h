#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu {

/// The pieces of `text` between separators; an empty text is one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

std::string join(std::span<const std::string> pieces, std::string_view separator);

/// Without blanks, tabs and line ends at either end.
std::string_view trim(std::string_view text);

/// The whole of `text` as a decimal number. Error: `where`, what was found, what a number looks like.
Result<double> parse_number(std::string_view text, const std::string& where);
Result<std::int64_t> parse_integer(std::string_view text, const std::string& where);

/// The candidate with the smallest edit distance to `word`, or empty when none is near enough to be a slip of the hand.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// "'word'; did you mean 'x'?" where there is an x, else "'word'".
std::string quoted_with_hint(std::string_view word, std::span<const std::string> candidates);

/// A number as text, `digits` significant digits, without exponent between 1e-4 and 1e9, trailing zeros kept.
std::string significant(double value, int digits);

}  // namespace vtpu
