#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "vtpu/compiler/phextcc.h"

// The report on the innermost loops. The text is made from the JSON, so that both have the same values.

namespace vtpu::command {

nlohmann::ordered_json report_json(const compiler::Compiled& compiled, const compiler::Options& options);

std::string report_text(const nlohmann::ordered_json& report);

}  // namespace vtpu::command
