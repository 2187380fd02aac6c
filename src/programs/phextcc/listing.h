#pragma once
#include <string>
#include <string_view>

#include "vtpu/compiler/phextcc.h"

namespace vtpu::command {

/// The words of a compiled kernel as assembly text, with each source line as a comment before the words made from it.
std::string words_with_source(const compiler::Compiled& compiled, std::string_view source);

}  // namespace vtpu::command
