#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "vtpu/base/result.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/opcode.h"

namespace vtpu::study::host {

/// Whether this processor has an instruction that represents the class.
bool has_instruction(isa::Cost cost, exec::jit::Form form);
/// Whether instructions of the class can depend on each other.
bool has_chain(isa::Cost cost, exec::jit::Form form);

/// A loop of host instructions, one for each op of a pattern, which measures the best rate of the core for that mix. No
/// instruction depends on another (in a chain, each depends on the previous one). Loads and stores access separate
/// parts of 4 KiB in the first-level cache. The loop counter adds two instructions to each iteration.
class HostLoop {
 public:
  /// Repeats the pattern until the loop has about `kLength` ops. Classes without an instruction are omitted.
  /// Error: a host that runs no form; a pattern without an instruction; the system provides no memory for code.
  static Result<HostLoop> independent(std::span<const isa::Cost> pattern);
  /// Ops of one class, each of which depends on the previous one. A chain of loads computes addresses from loaded
  /// values (base + index × 8); a chain of stores alternates a store and a load of the stored value.
  static Result<HostLoop> chain(isa::Cost cost);

  HostLoop(HostLoop&&) noexcept;
  ~HostLoop();

  void run(std::uint64_t iterations) const;
  /// Ops of one iteration.
  double ops() const;

  static constexpr std::size_t kLength = 240;

 private:
  struct Code;
  explicit HostLoop(std::unique_ptr<Code> code);
  std::unique_ptr<Code> code_;
};

}  // namespace vtpu::study::host
