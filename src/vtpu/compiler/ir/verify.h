#pragma once
#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::ir {

/// Checks the rules of ir.h. Every value is defined once, before its uses and in their scope. Operands and results have
/// the types that kinds.def requires. Accesses lie within their tensor where the place is known; loops known not to run
/// are skipped. Loops have unique ids, and a carried value keeps its type. The argument of a reorderable carried value
/// reaches `next` only through the reduction, and nothing else in the loop uses it.
/// Error: the op as text with its source line, what was found, what was expected.
Result<void> verify(const Module& module);

/// Checks one op against the types of values, without scopes; its operands must exist.
Result<void> verify_op(const Module& module, const Op& op);

}  // namespace vtpu::compiler::ir
