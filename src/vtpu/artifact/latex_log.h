#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace vtpu::artifact {

/// Complaints of a LaTeX log that fail the build: undefined references and citations, labels defined twice, missing
/// glyphs, substituted fonts, boxes more than `overfull_pt` points too wide. One line per complaint, in order.
std::vector<std::string> complaints_in_latex_log(std::string_view log, double overfull_pt = 2.0);

}  // namespace vtpu::artifact
