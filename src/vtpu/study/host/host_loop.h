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

/// Which instructions represent the classes.
enum class Choice : std::uint8_t {
  usual,   ///< float operations are additions; loads and stores go through half a page, one after the other
  easiest  ///< additions and multiplications take turns, since they may use separate units; all loads go to one place
           ///< and all stores to another, so that no banks conflict and stores to one line may join
};

/// A loop of host instructions, one for each op of a pattern, which measures the best rate of the core for that mix. No
/// instruction depends on another (in a chain, each depends on the previous one). Loads and stores access separate
/// parts of 4 KiB in the first-level cache. The loop counter adds two instructions to each iteration.
class HostLoop {
 public:
  /// Repeats the pattern until the loop has about `kLength` ops. Classes without an instruction are omitted.
  /// Error: a host that runs no form; a pattern without an instruction; the system provides no memory for code.
  static Result<HostLoop> independent(std::span<const isa::Cost> pattern, Choice choice = Choice::usual);
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
