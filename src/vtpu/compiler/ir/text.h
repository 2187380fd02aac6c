#pragma once
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::ir {

/// The module as text: one op per line, loops as indented blocks. README.md gives the syntax. Fields with default
/// values are omitted.
std::string to_text(const Module& module);
/// One op as it appears on its line, without indentation.
std::string to_text(const Module& module, const Op& op);

/// The module that such a text describes. Values keep their numbers; a value without a definition has type `none`. The
/// result is not verified; call `verify`. Error: `name:line:column`, found, expected.
Result<Module> parse(std::string_view name, std::string_view text);

}  // namespace vtpu::compiler::ir
