#pragma once
#include <functional>

#include "vtpu/exec/engine.h"

namespace vtpu::exec {

/// One access of a sentron to memory, for the analysers.
struct MemoryAccess {
  std::uint32_t word = 0;
  const std::byte* address = nullptr;  ///< in the host's memory
  std::uint32_t bytes = 0;
  bool write = false;
};
using AccessObserver = std::function<void(const MemoryAccess&)>;

/// Executes the word at context.pc and nothing more; the one definition of what a word does. Takes one unit of fuel,
/// counts what retired. Compiled code calls it for whatever it does not do itself.
/// `program`: valid; context.pc is one of its words.
Status execute_word(const isa::Program& program, Machine& machine, Context& context);

/// The reference: word after word.
class Interpreter final : public Engine {
 public:
  explicit Interpreter(const isa::ValidProgram& program) : program_(program.get()) {}
  Status run(Machine& machine, Context& context) const override;
  const isa::Program& program() const override { return program_; }
  /// As `run`, telling every access to memory, of sixteen lanes each lane's. The ops that look for occupied cells, and
  /// slaplace, go past the translation cache and are not told.
  Status run_observed(Machine& machine, Context& context, const AccessObserver& observer) const;

 private:
  const isa::Program& program_;
};

}  // namespace vtpu::exec
