#pragma once
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/scenario/choices.h"

namespace vtpu::command {

/// Draws a report as an SVG with `render_figures`, the program next to this one that links Python. `view`: curve, links
/// or machine. Error: the program is missing or fails.
Result<void> draw(const std::string& json, scenario::View view, const std::string& svg);

}  // namespace vtpu::command
