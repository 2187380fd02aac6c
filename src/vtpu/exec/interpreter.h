#pragma once
#include <functional>

#include "vtpu/exec/engine.h"

namespace vtpu::exec {

/// An access of a sentron to memory, for the analysers.
struct MemoryAccess {
  std::uint32_t word = 0;
  const std::byte* address = nullptr;  ///< in the host's memory
  std::uint32_t bytes = 0;
  bool write = false;
};
using AccessObserver = std::function<void(const MemoryAccess&)>;

/// Executes the word at context.pc, takes one unit of fuel and counts the retired ops. This is the only definition of
/// the meaning of a word; compiled code calls it for words without host code. `program` is valid and context.pc is one
/// of its words.
Status execute_word(const isa::Program& program, Machine& machine, Context& context);
/// The same, and reports its accesses to memory as Interpreter::run_observed does. A word that waits or traps may have
/// reported some.
Status execute_word_observed(const isa::Program& program, Machine& machine, Context& context,
                             const AccessObserver& observer);

/// The reference engine, which executes word after word.
class Interpreter final : public Engine {
 public:
  explicit Interpreter(const isa::ValidProgram& program) : program_(program.get()) {}
  Status run(Machine& machine, Context& context) const override;
  const isa::Program& program() const override { return program_; }
  /// As `run`, and reports every access to memory, one for each lane of a sixteen-lane access. Accesses that bypass the
  /// translation cache (searches for occupied cells, and slaplace) are not reported.
  Status run_observed(Machine& machine, Context& context, const AccessObserver& observer) const;

 private:
  const isa::Program& program_;
};

}  // namespace vtpu::exec
