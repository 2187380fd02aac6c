#pragma once
#include <string>
#include <string_view>

#include "vtpu/compiler/phextcc.h"

namespace vtpu::command {

/// The assembly text, with the source line as a comment in front of each run of words that come from it.
std::string words_with_source(const compiler::Compiled& compiled, std::string_view source);

}  // namespace vtpu::command
