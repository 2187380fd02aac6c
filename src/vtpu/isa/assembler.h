#pragma once
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/isa/program.h"

namespace vtpu::isa {

/// Assembles text into a program named `file`; README.md has the grammar. Operands are in range and names are defined,
/// but only `validate` decides whether the program is valid. Error: `file:line:column`, what was found, what was
/// expected.
Result<Program> assemble(std::string_view text, const std::string& file);

}  // namespace vtpu::isa
