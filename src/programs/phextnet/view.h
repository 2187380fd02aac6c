#pragma once
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/scenario/choices.h"

namespace vtpu::command {

/// Draws a report into an SVG by `render_figures`, which stands beside this program and is the one that links Python.
/// `view`: curve, links or machine. Error: no such program; what it says.
Result<void> draw(const std::string& json, scenario::View view, const std::string& svg);

}  // namespace vtpu::command
