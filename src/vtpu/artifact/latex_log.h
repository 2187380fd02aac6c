#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace vtpu::artifact {

/// What a LaTeX log says that must not stand: undefined references and citations, labels defined twice, missing glyphs,
/// fonts that were replaced by others, boxes more than `overfull_pt` points too wide. One line a complaint, in order.
std::vector<std::string> complaints_in_latex_log(std::string_view log, double overfull_pt = 2.0);

}  // namespace vtpu::artifact
