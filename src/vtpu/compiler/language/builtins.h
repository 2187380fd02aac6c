#pragma once
#include <span>
#include <string_view>

#include "vtpu/compiler/language/lower.h"

namespace vtpu::compiler::language {

/// A function of the language that no text defines.
struct Builtin {
  std::string_view name;
  std::size_t least = 0, most = 0;  ///< arguments
  std::string_view usage;           ///< as a message shows it
  Quantity (*lower)(Lowering& lowering, const Expression& call);
};

/// All of them: conversions and arithmetic, vectors, coordinates, messages.
std::span<const Builtin> scalar_builtins();
std::span<const Builtin> vector_builtins();
std::span<const Builtin> coordinate_builtins();
std::span<const Builtin> message_builtins();

/// The one of that name, or null.
const Builtin* find_builtin(std::string_view name);

/// The functions that the language defines in itself: exp, sigmoid, tanh.
std::string_view prelude_text();

}  // namespace vtpu::compiler::language
