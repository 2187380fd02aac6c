#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/isa/cursor.h"
#include "vtpu/isa/word.h"

namespace vtpu::isa {

/// A constant, coordinate or word that an operand names before all names are known.
struct Reference {
  Kind kind = Kind::none;  ///< Const, Coord or Target
  std::string name;        ///< or a number
  std::string where;       ///< `file:line:column`
};

/// Reads one operand into the op's fields. A name of a pool or a word becomes `reference`, and imm stays 0. Error:
/// file, line and column, what stands there, what may.
Result<void> read_operand(Kind kind, Cursor& cursor, Op& op, Reference& reference);

/// The operand as `read_operand` takes it; pools and words by number. `op` is valid.
std::string operand_text(Kind kind, const Op& op);

}  // namespace vtpu::isa
