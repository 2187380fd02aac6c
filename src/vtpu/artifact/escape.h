#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace vtpu::artifact {

/// Plain text for LaTeX. Special characters are escaped, mathematical and typographic characters become commands that
/// every engine and font supports, and a long word may break after its joints (. _ / : = -). All other characters stay
/// as they are.
std::string latex_text(std::string_view plain);

/// Plain text for HTML content and attribute values.
std::string html_text(std::string_view plain);

/// Plain text for a cell of a Pandoc pipe table: no character starts markup or a citation, or ends the cell.
std::string markdown_text(std::string_view plain);

/// Number of characters in UTF-8 text.
std::size_t character_count(std::string_view text);

}  // namespace vtpu::artifact
