#pragma once
#include <string>

#include "vtpu/isa/program.h"

namespace vtpu::isa {

/// One op as assembly text; `nop` for the empty slot. Words and pools by number. `op` is valid.
std::string text_of(const Op& op);

/// The ops of a word, separated by ` | `, empty slots left out; `nop` for an empty word.
std::string text_of(const Word& word);

/// The whole program as text from which `assemble` makes an equal one, flags of coordinates included. Words that are
/// jumped to have labels: those of the program, else `L` and the number. The program is valid.
std::string disassemble(const Program& program);

}  // namespace vtpu::isa
