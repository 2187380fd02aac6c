#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/compiler/backend/code.h"
#include "vtpu/ports/port_model.h"

namespace vtpu::compiler::backend {

/// Words from the operands of a cost class to its result, at least 1.
using Latencies = std::array<std::int32_t, ports::kCosts>;
/// Latencies of the map, divided by `divisor` and rounded up. A divisor above 1 trades latency for registers.
Latencies latencies_of(const ports::PortMap& map, unsigned divisor = 1);

/// Op `to` of an iteration starts at least `delay` words after op `from` of the iteration `distance` earlier.
struct Dependence {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::int32_t delay = 0;
  std::uint32_t distance = 0;
};

/// Dependences among the ops of one block. The exit, if any, is the last node.
struct Graph {
  std::uint32_t nodes = 0;
  std::vector<Dependence> edges;  ///< sorted by `from`

  /// Call after adding all edges: sorts them and keeps only the longest of parallel edges.
  void finish();
  std::span<const Dependence> from(std::uint32_t node) const {
    return {edges.data() + first_[node], edges.data() + first_[node + 1]};
  }

 private:
  std::vector<std::uint32_t> first_;
};

/// A register of a loop that is written only by one `dadd.i64 r, r, #step`. Its uses as the index of an address do not
/// depend on that op, because the displacement compensates for the position of the op.
struct Induction {
  Register r = kNoRegister;
  std::uint32_t op = 0;  ///< index of the step in the block
  std::int64_t step = 0;
  bool addresses_only = true;  ///< the loop has no other use
};
std::vector<Induction> find_inductions(const Block& block);

/// Registers that an iteration writes before it reads them, sorted. Each iteration can have its own copy.
std::vector<Register> find_locals(const Block& block);

struct GraphOptions {
  Latencies latencies{};
  std::vector<Induction> inductions;
  bool status_read = false;      ///< some op of the program reads the status register
  bool carried = false;          ///< include dependences between iterations and exclude the exit
  std::vector<Register> locals;  ///< with `carried`: registers that have a copy per iteration, sorted
  bool strict = false;           ///< a register must be read in an earlier word than the one that writes it again
  bool skip_merged = false;      ///< omit edges of steps of registers with `addresses_only`: these are placed
                                 ///< separately
};

/// Read after write, write after read (which may share a word, because all slots read before any writes) and write
/// after write; through registers, memory, messages and the status register.
Graph make_graph(const Block& block, const GraphOptions& options);

}  // namespace vtpu::compiler::backend
