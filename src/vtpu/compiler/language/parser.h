#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "vtpu/compiler/language/ast.h"
#include "vtpu/compiler/language/lexer.h"

namespace vtpu::compiler::language {

/// How deep expressions and blocks may nest, so that no text overflows the stack.
inline constexpr std::uint32_t kDeepest = 200;

/// The program of these tokens; parts with a mistake are left out of it. After a mistake it goes on behind the next
/// `;`, at a `}`, or at a word that begins a statement or an item.
Program parse(const std::vector<Token>& tokens, Diagnostics& diagnostics);

/// Whether no variable may have this name.
bool is_reserved(std::string_view name);

}  // namespace vtpu::compiler::language
