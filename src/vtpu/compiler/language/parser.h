#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "vtpu/compiler/language/ast.h"
#include "vtpu/compiler/language/lexer.h"

namespace vtpu::compiler::language {

/// Maximum nesting of expressions, and of blocks, so that no text overflows the stack.
inline constexpr std::uint32_t kDeepest = 256;

/// Parses the tokens. Faulty parts are left out of the program. After an error, parsing resumes after the next `;`, at
/// a `}`, or at a word that begins a statement or an item.
Program parse(const std::vector<Token>& tokens, Diagnostics& diagnostics);

/// Whether the name is a keyword and cannot be declared.
bool is_reserved(std::string_view name);

}  // namespace vtpu::compiler::language
