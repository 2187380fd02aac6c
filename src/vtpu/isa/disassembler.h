#pragma once
#include <string>

#include "vtpu/isa/program.h"

namespace vtpu::isa {

/// One valid op as assembly text; `nop` for the empty slot. Words and pool entries appear by number.
std::string text_of(const Op& op);

/// The ops of a word, separated by ` | `, without empty slots; `nop` for an empty word.
std::string text_of(const Word& word);

/// A valid program as text that assembles to an equal program, flags of coordinates included. Branch targets have
/// labels: those of the program, else `L` and the number.
std::string disassemble(const Program& program);

}  // namespace vtpu::isa
