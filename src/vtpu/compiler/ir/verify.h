#pragma once
#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::ir {

/// Whether the module keeps what ir.h says: every value defined once, before its uses and in scope; operands and
/// results of the types that their kind has (kinds.def); accesses within their tensor wherever their place is known (a
/// loop that is known not to run is passed over); loops with ids of their own, carried values of one type; of
/// reorderable carried values, only the reduction between argument and next, which nothing else in the loop uses.
/// Error: the op as text with its line in the source, what is wrong, what would be right.
Result<void> verify(const Module& module);

/// The part of it that needs the op alone and the types of values: operands exist.
Result<void> verify_op(const Module& module, const Op& op);

}  // namespace vtpu::compiler::ir
