#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::ir {

/// What a tensor holds.
struct TensorMemory {
  std::vector<std::byte> bytes;  ///< of a dense one: Tensor::bytes(), row-major, little-endian
  std::map<phext::PackedCoordinate, std::uint64_t> cells;  ///< of a sparse one; a cell that is not there reads as 0
};
/// By tensor, in order of declaration.
using Memory = std::vector<TensorMemory>;

/// All zeros.
Memory make_memory(const Module& module);

/// Runs the module's ops one after the other, as ir.h defines them: an oracle, obvious and slow. One sentron alone: a
/// barrier is passed, a reduction over the group gives its operand. NaNs carry no promised payload.
/// Error: what `verify` says; memory that does not fit the tensors; an access outside its tensor; more than `most` ops
/// and iterations; messages, beacons and the counts of occupied cells and simplices, which it does not have. Memory is
/// then as the ops before left it.
Result<void> evaluate(const Module& module, Memory& memory, std::uint64_t most = std::uint64_t{1} << 32);

}  // namespace vtpu::compiler::ir
