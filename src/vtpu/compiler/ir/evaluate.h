#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::ir {

/// The contents of a tensor.
struct TensorMemory {
  std::vector<std::byte> bytes;  ///< of a dense tensor: Tensor::bytes(), row-major, little-endian
  std::map<phext::PackedCoordinate, std::uint64_t> cells;  ///< of a sparse tensor; an absent cell reads as 0
};
/// One entry per tensor, in order of declaration.
using Memory = std::vector<TensorMemory>;

/// Memory of zeros.
Memory make_memory(const Module& module);

/// Runs the module's ops one after the other, as ir.h defines them. This is the oracle: obvious and slow. There is a
/// single sentron: a barrier has no effect, and a reduction over the group returns its operand. NaN payloads are
/// unspecified.
/// Error: an invalid module (see `verify`); memory that does not match the tensors; an access outside its tensor; more
/// than `most` ops and iterations; ops that the evaluator does not support (messages, beacons, counts of occupied cells
/// and simplices). On error, memory keeps the effects of the ops already executed.
Result<void> evaluate(const Module& module, Memory& memory, std::uint64_t most = std::uint64_t{1} << 32);

}  // namespace vtpu::compiler::ir
