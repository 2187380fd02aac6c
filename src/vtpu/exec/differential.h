#pragma once
#include <cstdint>
#include <optional>
#include <span>
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

/// Runs a sentron for each program, with `fuel`, by the interpreter and by compiled code of the given form, each in its
/// own machine, and compares everything that a sentron can observe: registers with their translations, status register,
/// trap, pc, fuel, retired ops, cache counters, memory, pending messages. Several sentrons take turns. `summary`: set
/// to the interpreter's outcome, of the last sentron that was compared. `options`: of NativeEngine::compile, apart from
/// the form. Other programs for the compiled code show whether a mistake would be found. Error: a program cannot be
/// compiled.
Result<std::optional<Divergence>> compare_engines(std::span<const isa::ValidProgram> interpreted,
                                                  std::span<const isa::ValidProgram> compiled, jit::Form form,
                                                  std::uint64_t fuel, RunSummary* summary = nullptr,
                                                  jit::CompileOptions options = {});
/// The same for one sentron.
Result<std::optional<Divergence>> compare_engines(const isa::ValidProgram& program, jit::Form form, std::uint64_t fuel,
                                                  RunSummary* summary = nullptr, jit::CompileOptions options = {});

}  // namespace vtpu::exec
