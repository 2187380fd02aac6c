#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/isa/program.h"

/// Ops of the instruction set on any number of registers, in blocks: what selection makes and the back end schedules,
/// allocates and packs into words.
namespace vtpu::compiler::backend {

/// A virtual register; `Code::files` says of which file.
using Register = std::uint32_t;
inline constexpr Register kNoRegister = ~Register{0};

/// Which bytes an op touches, for the dependence graph. Two accesses are known apart when their tensors differ, or when
/// both are affine in the same group and their bytes do not meet.
struct MemoryReference {
  static constexpr std::uint32_t kNoTensor = ~std::uint32_t{0};
  std::uint32_t tensor = kNoTensor;  ///< kNoTensor: touches no memory
  bool affine = false;               ///< group, offset, step and bytes hold
  std::uint32_t group = 0;           ///< equal groups: equal in all but offset, at every iteration of the loops around
  std::int64_t offset = 0;           ///< bytes, in iteration 0 of the innermost loop around
  std::int64_t step = 0;             ///< bytes from one of its iterations to the next
  std::int64_t bytes = 0;
};

/// One op. Registers stand in `registers` by the field of their operand kind (d, a, b, c, as isa::Field orders them);
/// the fields of `op` are 0 for them. A field without a register, or whose register is absent (an address without
/// index), holds kNoRegister. Registers may be written more than once.
struct MachineOp {
  isa::Op op;
  std::array<Register, 4> registers{kNoRegister, kNoRegister, kNoRegister, kNoRegister};
  MemoryReference memory;
  std::uint32_t line = 0;  ///< of the source
};

/// Straight-line ops, entered at the first and left behind the last. Control ops (dloop, dbr…) stand only in `exit`.
struct Block {
  std::vector<MachineOp> ops;
  /// A control op, its target being a block: `dloop counter` of a loop, `dbr`, `dbr_z`, `dbr_nz`, `dhalt`. Otherwise
  /// the next block follows.
  std::optional<MachineOp> exit;
  std::uint32_t target = 0;
  unsigned depth = 0;  ///< loops around

  /// Of a block that is an innermost loop, its exit a dloop to itself.
  struct Loop {
    /// Iterations when known, else 0; then the counter, which holds their number (≥ 1) on entry, tells.
    std::uint64_t trip = 0;
    bool pipeline = true;  ///< whether a modulo schedule may be tried
    std::string name;      ///< for reports
    std::uint32_t line = 0;
  };
  std::optional<Loop> loop;
};

struct Code {
  std::string name;
  std::vector<isa::File> files;  ///< of each register
  std::vector<Block> blocks;     ///< entered at the first; the last has an exit
  std::vector<isa::Constant> constants;
  std::vector<phext::PackedCoordinate> coordinates;
  /// A register that holds the coordinate with this place in the pool all the time: cheaper to make again (dmov.coord)
  /// than to keep.
  std::vector<std::pair<Register, std::uint32_t>> rematerializable;
  /// Eight-byte-celled memory for spilled vectors; its coordinate's place in the pool. Without one, vectors cannot be
  /// spilled, and compiling fails where they would have to be.
  std::optional<std::uint32_t> spill_coordinate;

  Register fresh(isa::File file) {
    files.push_back(file);
    return static_cast<Register>(files.size() - 1);
  }
};

}  // namespace vtpu::compiler::backend
