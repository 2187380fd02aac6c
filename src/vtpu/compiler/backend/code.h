#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/isa/program.h"

/// Ops of the instruction set on an unlimited number of registers, in blocks. Selection makes them; the back end
/// schedules them, allocates registers and packs them into words.
namespace vtpu::compiler::backend {

/// A virtual register. `Code::files` gives its file.
using Register = std::uint32_t;
inline constexpr Register kNoRegister = ~Register{0};

/// The bytes that an op touches, for the dependence graph. Two accesses are known to be disjoint if their tensors
/// differ, or if both are affine in the same group and their byte ranges do not overlap.
struct MemoryReference {
  static constexpr std::uint32_t kNoTensor = ~std::uint32_t{0};
  std::uint32_t tensor = kNoTensor;  ///< kNoTensor: touches no memory
  bool affine = false;               ///< if true, group, offset, step and bytes are valid
  std::uint32_t group = 0;           ///< same group: equal up to the offset at every iteration of the enclosing loops
  std::int64_t offset = 0;           ///< bytes, in iteration 0 of the innermost enclosing loop
  std::int64_t step = 0;             ///< bytes from one iteration of that loop to the next
  std::int64_t bytes = 0;
};

/// One op. `registers` is indexed by the field of the operand kind (d, a, b, c, in the order of isa::Field); these
/// fields of `op` are 0. A field without a register, or with an absent one (an address without index), holds
/// kNoRegister. A register may be written more than once.
struct MachineOp {
  isa::Op op;
  std::array<Register, 4> registers{kNoRegister, kNoRegister, kNoRegister, kNoRegister};
  MemoryReference memory;
  std::uint32_t line = 0;  ///< source line
};

/// Straight-line ops, entered at the first and left after the last. Control ops (dloop, dbr…) occur only as `exit`.
struct Block {
  std::vector<MachineOp> ops;
  /// A control op whose target is a block: `dloop counter` of a loop, `dbr`, `dbr_z`, `dbr_nz`, or `dhalt`. Without
  /// one, control falls through to the next block.
  std::optional<MachineOp> exit;
  std::uint32_t target = 0;
  unsigned depth = 0;  ///< number of enclosing loops

  /// Set if the block is an innermost loop whose exit is a dloop to the block itself.
  struct Loop {
    /// Number of iterations if known, else 0; the counter then holds it (≥ 1) on entry.
    std::uint64_t trip = 0;
    bool pipeline = true;  ///< whether to try a modulo schedule
    std::string name;      ///< name in reports
    std::uint32_t line = 0;
  };
  std::optional<Loop> loop;
};

struct Code {
  std::string name;
  std::vector<isa::File> files;  ///< file of each register
  std::vector<Block> blocks;     ///< execution enters the first; the last has an exit
  std::vector<isa::Constant> constants;
  std::vector<phext::PackedCoordinate> coordinates;
  /// Registers that hold a coordinate of the pool throughout, with its index in the pool. They are cheaper to
  /// rematerialise (dmov.coord) than to keep.
  std::vector<std::pair<Register, std::uint32_t>> rematerializable;
  /// The register that holds the sentron's number when the program starts (r15), if the program reads it.
  Register number_on_entry = kNoRegister;
  /// Pool index of the coordinate of memory for spilled vectors, in cells of eight bytes. Without it, vectors cannot be
  /// spilled, and compilation fails where that would be necessary.
  std::optional<std::uint32_t> spill_coordinate;

  Register fresh(isa::File file) {
    files.push_back(file);
    return static_cast<Register>(files.size() - 1);
  }
};

}  // namespace vtpu::compiler::backend
