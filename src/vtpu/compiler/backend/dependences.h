#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/compiler/backend/code.h"
#include "vtpu/ports/port_model.h"

namespace vtpu::compiler::backend {

/// Words from a class's operands to its result, at least 1.
using Latencies = std::array<std::int32_t, ports::kCosts>;
/// Of the map, rounded up; divided by `divisor` (rounded up) where latency is worth less than registers.
Latencies latencies_of(const ports::PortMap& map, unsigned divisor = 1);

/// Op `to` of an iteration stands at least `delay` words behind op `from` of the iteration `distance` before.
struct Dependence {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::int32_t delay = 0;
  std::uint32_t distance = 0;
};

/// Dependences among the ops of one block, its exit being the last node where there is one.
struct Graph {
  std::uint32_t nodes = 0;
  std::vector<Dependence> edges;  ///< by `from`

  /// Call when all edges are there: sorts them and keeps of equal ones that with the longest delay.
  void finish();
  std::span<const Dependence> from(std::uint32_t node) const {
    return {edges.data() + first_[node], edges.data() + first_[node + 1]};
  }

 private:
  std::vector<std::uint32_t> first_;
};

/// A register of a loop that is written by one `dadd.i64 r, r, #step` alone. Its use as an index of an address does not
/// depend on that op: a displacement makes up for where the op stands.
struct Induction {
  Register r = kNoRegister;
  std::uint32_t op = 0;  ///< the step's place in the block
  std::int64_t step = 0;
  bool addresses_only = true;  ///< no other use in the loop
};
std::vector<Induction> find_inductions(const Block& block);

/// Registers that an iteration of a loop writes before it reads them, sorted: each iteration can have its own copy.
std::vector<Register> find_locals(const Block& block);

struct GraphOptions {
  Latencies latencies{};
  std::vector<Induction> inductions;
  bool status_read = false;      ///< some op of the program reads the status register
  bool carried = false;          ///< with the dependences between iterations, and without the exit
  std::vector<Register> locals;  ///< with `carried`: registers with a copy for each iteration, sorted
  bool strict = false;           ///< a register is read in an earlier word than it is written again
  bool skip_merged = false;      ///< steps of registers with `addresses_only` have no edges: they are placed apart
};

/// Read after write, write after read (which may share a word: its slots read before any writes), write after write;
/// through registers, memory, messages and the status register.
Graph make_graph(const Block& block, const GraphOptions& options);

}  // namespace vtpu::compiler::backend
