#pragma once
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace vtpu::phext {

// The format has no escape, so that text with breaks cannot be kept inside one scroll. These two functions write such
// text as text without breaks, and back.

/// Each dimension break as `\x` and two hexadecimal digits, as printf reads them, and each backslash as `\\`. All other
/// bytes, line breaks included, stay.
std::string escape(std::string_view text);

/// The text of which `escape` makes this one. `\x` may name any byte. Error: the byte offset of a backslash that begins
/// neither `\\` nor `\x` and two hexadecimal digits.
Result<std::string> unescape(std::string_view text);

}  // namespace vtpu::phext
