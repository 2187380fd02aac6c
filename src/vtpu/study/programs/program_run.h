#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/context.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/study/engines/runnable.h"

namespace vtpu::study::programs {

/// A program of kernels/programs ready to run in a machine of its own, in which its tensors are mapped and its sentrons
/// wait. It can be run again and again; the tensors keep what the run before left.
class ProgramRun {
 public:
  /// Compiles the text, once for each sentron. `options.parameters` is not looked at.
  /// Error: diagnostics; a program that does not validate; an engine that this host does not run; no memory.
  static Result<ProgramRun> compiled(const kernels::CompiledProgram& program, const kernels::Parameters& parameters,
                                     compiler::Options options, engines::Runnable::By by);
  /// The words written by hand. Error: there are none; as above.
  static Result<ProgramRun> by_hand(const kernels::CompiledProgram& program, const kernels::Parameters& parameters,
                                    engines::Runnable::By by);

  ProgramRun(ProgramRun&&) noexcept;
  ~ProgramRun();

  /// The tensors as they are before the first repetition.
  void fill(std::uint64_t seed);
  /// The memory of the mapped tensors in order of declaration, valid as long as this; of sparse ones a copy, brought up
  /// to date by this call. The references can run in it.
  std::span<const std::span<std::byte>> tensors();
  /// What they are.
  const std::vector<compiler::ir::Tensor>& shapes() const;

  /// Runs every sentron from its first word until it halts. What they retired, together. Error: a trap.
  Result<exec::Retired> run();

  /// What the compiler made for sentron 0; of a program by hand, of the text it stands beside.
  const compiler::Compiled& code() const;
  const isa::Program& program() const;

 private:
  struct State;
  explicit ProgramRun(std::unique_ptr<State> state);
  static Result<ProgramRun> make(std::unique_ptr<State> state, std::vector<isa::Program> programs,
                                 engines::Runnable::By by);
  std::unique_ptr<State> state_;
};

/// Tensors of a program filled and worked on by a reference, `repeat` times.
class ReferenceRun {
 public:
  /// `shapes`: as ProgramRun has them.
  ReferenceRun(const kernels::CompiledProgram& program, const kernels::Parameters& parameters,
               const std::vector<compiler::ir::Tensor>& shapes);
  void fill(std::uint64_t seed);
  /// One repetition.
  void run(kernels::ReferenceFunction reference) const;
  std::span<const std::span<std::byte>> tensors() const { return spans_; }

 private:
  const kernels::CompiledProgram& program_;
  kernels::Parameters parameters_;
  std::vector<std::int64_t> ordered_;
  std::vector<std::vector<std::byte>> bytes_;
  std::vector<std::span<std::byte>> spans_;
};

/// Whether tensors are what they should be, as the program's tolerance has it.
/// Error: the tensor and the element that differs most, both values, and what was allowed.
Result<void> compare(const kernels::CompiledProgram& program, const kernels::Parameters& parameters,
                     const std::vector<compiler::ir::Tensor>& shapes, std::span<const std::span<std::byte>> got,
                     std::span<const std::span<std::byte>> wanted);

/// Fills, runs once, and compares with the reference called as often as the program repeats itself.
/// Error: as ProgramRun::run and compare.
Result<void> check(const kernels::CompiledProgram& program, const kernels::Parameters& parameters, ProgramRun& run,
                   std::uint64_t seed, kernels::ReferenceFunction reference);

}  // namespace vtpu::study::programs
