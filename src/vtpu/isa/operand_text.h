#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/isa/cursor.h"
#include "vtpu/isa/word.h"

namespace vtpu::isa {

/// A constant, coordinate or word that an operand names, to be resolved when all names are known.
struct Reference {
  Kind kind = Kind::none;  ///< Const, Coord or Target
  std::string name;        ///< or a number
  std::string where;       ///< `file:line:column`
};

/// Reads one operand into the op's fields. The name of a pool entry or word becomes `reference`, and imm stays 0.
/// Error: file, line and column, what was found, what was expected.
Result<void> read_operand(Kind kind, Cursor& cursor, Op& op, Reference& reference);

/// The operand of a valid op in the syntax of `read_operand`; pool entries and words by number.
std::string operand_text(Kind kind, const Op& op);

}  // namespace vtpu::isa
