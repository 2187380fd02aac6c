#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"
#include "vtpu/exec/machine.h"

namespace vtpu::study::programs {

/// The tensors that a compiled program expects to find, in the memory of a machine, which outlives this.
class MappedTensors {
 public:
  /// Maps those of role `mapped`; they are zeros. Error: the tensor; what the machine's quota leaves.
  static Result<MappedTensors> map(exec::Machine& machine, const std::vector<compiler::ir::Tensor>& tensors);

  /// What they are, in order of declaration.
  const std::vector<compiler::ir::Tensor>& shapes() const { return shapes_; }
  /// Their elements, row-major without gaps: the machine's memory itself, of sparse tensors a copy.
  std::span<const std::span<std::byte>> bytes() const { return bytes_; }
  /// Copies of sparse tensors to the machine. Elements of zeros make no pages. Error: as `map`.
  Result<void> write_sparse();
  /// And from it.
  void read_sparse();

 private:
  explicit MappedTensors(exec::Machine& machine) : machine_(&machine) {}

  exec::Machine* machine_;
  std::vector<compiler::ir::Tensor> shapes_;
  std::vector<std::vector<std::byte>> copies_;  ///< of sparse tensors
  std::vector<std::span<std::byte>> bytes_;
};

}  // namespace vtpu::study::programs
