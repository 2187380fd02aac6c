#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace vtpu::analysis {

/// Rows of cells in columns two blanks apart, each line indented by two and ended by a line feed, without blanks before
/// it. `alignment` has one letter a column, `l` or `r`; a row may be shorter than it. Widths are counted in bytes.
/// Nothing for no rows.
std::string text_table(std::string_view alignment, const std::vector<std::vector<std::string>>& rows);

/// `12.3 %` of a share of 1.
std::string percent(double share);

}  // namespace vtpu::analysis
