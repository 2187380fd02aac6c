#pragma once
#include <cstdint>

#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::ir {

/// Checks the rules of ir.h. Every value is defined once, before its uses and in their scope. Operands and results have
/// the types that kinds.def requires. Loops have unique ids, and a carried value keeps its type. The argument of a
/// reorderable carried value reaches `next` only through the reduction, and nothing else in the loop uses it.
/// `places`: whether accesses must lie within their tensor where the place is known and the loops around are known to
/// run. A program as written must; passes may find out about a place that traps when it is reached.
/// Error: the op as text with its source line, what was found, what was expected.
enum class Places : std::uint8_t { inside, anywhere };
Result<void> verify(const Module& module, Places places = Places::inside);

/// Checks one op against the types of values, without scopes; its operands must exist.
Result<void> verify_op(const Module& module, const Op& op);

}  // namespace vtpu::compiler::ir
