#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace vtpu::analysis {

/// Formats rows in columns two blanks apart. Each line is indented by two blanks and has no trailing blanks.
/// `alignment` has one letter per column, `l` or `r`; rows may be shorter. Widths are in bytes. Empty without rows.
std::string text_table(std::string_view alignment, const std::vector<std::vector<std::string>>& rows);

/// `12.3 %` for a share of 0.123.
std::string percent(double share);

}  // namespace vtpu::analysis
