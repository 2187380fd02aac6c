#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace vtpu::artifact {

/// Plain text as LaTeX sets it: the characters with a meaning of their own are escaped, mathematical and typographic
/// ones become commands that any engine and font have, and a long word may break behind its joints (. _ / : = -).
/// Characters without a command pass through.
std::string latex_text(std::string_view plain);

/// Plain text for HTML content and attribute values.
std::string html_text(std::string_view plain);

/// Plain text for a cell of a Pandoc pipe table: no character starts markup, cites, or ends the cell.
std::string markdown_text(std::string_view plain);

/// Characters of UTF-8 text.
std::size_t character_count(std::string_view text);

}  // namespace vtpu::artifact
