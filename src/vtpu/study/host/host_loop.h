#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "vtpu/base/result.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/opcode.h"

namespace vtpu::study::host {

/// Whether there is a host instruction that stands for the class on this processor.
bool has_instruction(isa::Cost cost, exec::jit::Form form);
/// Whether such instructions can be made to wait for each other.
bool has_chain(isa::Cost cost, exec::jit::Form form);

/// A loop of host instructions, one for each op of a pattern, made to find what the core can do with such a mix at
/// best: none waits for another (or, in a chain, each for the one before), loads and stores stay in 4 KiB of the
/// first-level cache and never meet. The counter of the loop adds two instructions to `ops()` of them.
class HostLoop {
 public:
  /// The pattern, again and again until there are about `kLength` ops. Classes without an instruction count as nothing.
  /// Error: a host that runs no form; a pattern without an instruction; code memory that the system does not give.
  static Result<HostLoop> independent(std::span<const isa::Cost> pattern);
  /// Ops of one class, each waiting for the result of the one before. A chain of loads follows places of eight
  /// bytes (base + index × 8), `store` is a store and the load of what it stored.
  static Result<HostLoop> chain(isa::Cost cost);

  HostLoop(HostLoop&&) noexcept;
  ~HostLoop();

  void run(std::uint64_t iterations) const;
  /// In one iteration.
  double ops() const;

  static constexpr std::size_t kLength = 240;

 private:
  struct Code;
  explicit HostLoop(std::unique_ptr<Code> code);
  std::unique_ptr<Code> code_;
};

}  // namespace vtpu::study::host
