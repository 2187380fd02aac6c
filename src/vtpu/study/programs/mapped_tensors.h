#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"
#include "vtpu/exec/machine.h"

namespace vtpu::study::programs {

/// The mapped tensors of a compiled program, in the memory of a machine. The machine must outlive this object.
class MappedTensors {
 public:
  /// Files of tensors, by name.
  using Files = std::map<std::string, std::filesystem::path>;

  /// Maps the tensors of role `mapped`, filled with zeros, those in `files` with what the file holds (see
  /// PageTable::attach). Error: a tensor that exceeds the machine's quota; a file that cannot be used.
  static Result<MappedTensors> map(exec::Machine& machine, const std::vector<compiler::ir::Tensor>& tensors,
                                   const Files& files = {});

  /// The mapped tensors, in order of declaration.
  const std::vector<compiler::ir::Tensor>& shapes() const { return shapes_; }
  /// Their elements, row-major without gaps: the machine's memory, or, for sparse tensors, a copy.
  std::span<const std::span<std::byte>> bytes() const { return bytes_; }
  /// Writes the copies of sparse tensors to the machine. Zero elements allocate no pages. Error: as map.
  Result<void> write_sparse();
  /// Updates the copies of sparse tensors from the machine.
  void read_sparse();
  /// Makes what the machine holds of the tensors with a file durable. Error: a file that cannot be written.
  Result<void> flush();

 private:
  explicit MappedTensors(exec::Machine& machine) : machine_(&machine) {}

  exec::Machine* machine_;
  std::vector<compiler::ir::Tensor> shapes_;
  std::vector<std::vector<std::byte>> copies_;  ///< of sparse tensors
  std::vector<std::span<std::byte>> bytes_;
  std::map<std::uint64_t, std::filesystem::path> files_;  ///< by handle
};

}  // namespace vtpu::study::programs
