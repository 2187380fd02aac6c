#include "vtpu/analysis/text_table.h"

#include <fmt/core.h>

#include <algorithm>

#include "vtpu/base/check.h"

namespace vtpu::analysis {

std::string text_table(std::string_view alignment, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(alignment.size());
  for (const auto& row : rows) {
    VTPU_CHECK(row.size() <= widths.size(), "every cell has a column");
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool last = i + 1 == row.size();
      const std::string blanks(widths[i] - row[i].size(), ' ');
      text += "  ";
      if (alignment[i] == 'r') text += blanks;
      text += row[i];
      if (alignment[i] != 'r' && !last) text += blanks;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

}  // namespace vtpu::analysis
