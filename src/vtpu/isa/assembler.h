#pragma once
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/isa/program.h"

namespace vtpu::isa {

/// Assembly text to a program; README.md has the grammar. The program's name is `file`. What the text says is in range
/// and refers to what exists; whether the words make a sound program, `validate` says.
/// Error: `file:line:column`, what stands there, what may.
Result<Program> assemble(std::string_view text, const std::string& file);

}  // namespace vtpu::isa
