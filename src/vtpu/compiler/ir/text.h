#pragma once
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::ir {

/// The module as text, one op a line, loops as indented blocks; README.md has the form. Of an op's fields those are
/// written that differ from their defaults.
std::string to_text(const Module& module);
/// One op as its line has it, without indentation.
std::string to_text(const Module& module, const Op& op);

/// The module that a text of that form means, values with the numbers they have there; the type of a value that nothing
/// defines is `none`. Nothing says that it makes sense: `verify` does. Error: `name:line:column`, found, expected.
Result<Module> parse(std::string_view name, std::string_view text);

}  // namespace vtpu::compiler::ir
