#include "programs/phextcc/listing.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vtpu/base/text.h"
#include "vtpu/isa/disassembler.h"

namespace vtpu::command {

std::string words_with_source(const compiler::Compiled& compiled, std::string_view source) {
  const std::vector<std::string_view> lines = split(source, '\n');
  const std::string text = isa::disassemble(compiled.program);
  std::string shown;
  std::size_t word = 0;
  std::uint32_t last = 0;
  std::vector<std::string_view> rows = split(text, '\n');
  rows.pop_back();  // the text ends with a line end
  for (const std::string_view row : rows) {
    // Pools start with a dot and words with blanks; any other line is the label of the next word.
    if (!row.starts_with('.')) {
      const std::uint32_t line = compiled.lines[word];
      if (line != last && line != 0 && line <= lines.size())
        shown += "  ; " + std::to_string(line) + ": " + std::string(trim(lines[line - 1])) + "\n";
      last = line;
      if (row.starts_with(' ')) ++word;
    }
    shown += row;
    shown += '\n';
  }
  return shown;
}

}  // namespace vtpu::command
