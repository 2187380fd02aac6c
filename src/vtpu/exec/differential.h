#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/validator.h"

namespace vtpu::exec {

/// The outcome of one run of a program.
struct RunSummary {
  Status status = Status::ready;
  Trap trap;
  std::uint64_t words = 0;
};

/// The first difference between the reference and compiled code on one program, as text.
struct Divergence {
  std::string what;
};

/// Runs the program with `fuel` by the interpreter and by compiled code of the given form, each in its own machine, and
/// compares everything that a sentron can observe: registers with their translations, status register, trap, pc, fuel,
/// retired ops, cache counters, memory, pending messages. `summary`: set to the interpreter's outcome.
/// `options`: of NativeEngine::compile, apart from the form. Error: the program cannot be compiled.
Result<std::optional<Divergence>> compare_engines(const isa::ValidProgram& program, jit::Form form, std::uint64_t fuel,
                                                  RunSummary* summary = nullptr, jit::CompileOptions options = {});
/// The same with another program for the compiled code, to see that a mistake would be found.
Result<std::optional<Divergence>> compare_engines(const isa::ValidProgram& interpreted,
                                                  const isa::ValidProgram& compiled, jit::Form form, std::uint64_t fuel,
                                                  RunSummary* summary = nullptr, jit::CompileOptions options = {});

}  // namespace vtpu::exec
