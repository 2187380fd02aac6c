#pragma once
#include <span>
#include <string_view>

#include "vtpu/compiler/language/lower.h"

namespace vtpu::compiler::language {

/// A function that is built into the compiler.
struct Builtin {
  std::string_view name;
  std::size_t least = 0, most = 0;  ///< number of arguments
  std::string_view usage;           ///< as shown in a message
  Quantity (*lower)(Lowering& lowering, const Expression& call);
};

/// All built-in functions: conversions and arithmetic, vectors, coordinates, messages.
std::span<const Builtin> scalar_builtins();
std::span<const Builtin> vector_builtins();
std::span<const Builtin> coordinate_builtins();
std::span<const Builtin> message_builtins();

/// The built-in function of that name, or null.
const Builtin* find_builtin(std::string_view name);

/// Source of the functions written in the language itself: exp, sigmoid, tanh.
std::string_view prelude_text();

}  // namespace vtpu::compiler::language
