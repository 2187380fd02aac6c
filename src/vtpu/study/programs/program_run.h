#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vtpu/analysis/liveness.h"
#include "vtpu/base/result.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/context.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/study/engines/runnable.h"

namespace vtpu::study::programs {

/// A program of kernels/programs in a machine of its own, with mapped tensors and one sentron for each rank. It can run
/// several times; each run starts from the tensors that the previous run left.
class ProgramRun {
 public:
  /// Compiles the text once for each sentron. `options.parameters` is ignored.
  /// Error: diagnostics of the compiler; an invalid program; an engine that this host does not support; no memory.
  static Result<ProgramRun> compiled(const kernels::CompiledProgram& program, const kernels::Parameters& parameters,
                                     compiler::Options options, engines::Runnable::By by);
  /// Uses the handwritten words. Error: there are none; as compiled().
  static Result<ProgramRun> by_hand(const kernels::CompiledProgram& program, const kernels::Parameters& parameters,
                                    engines::Runnable::By by);

  ProgramRun(ProgramRun&&) noexcept;
  ~ProgramRun();

  /// Sets the tensors to their initial values for the seed.
  void fill(std::uint64_t seed);
  /// The memory of the mapped tensors in order of declaration, valid as long as this object. For sparse tensors it is a
  /// copy, which this call updates. References can run in this memory.
  std::span<const std::span<std::byte>> tensors();
  /// The tensors, in the same order.
  const std::vector<compiler::ir::Tensor>& shapes() const;

  /// Runs every sentron from its first word until it halts, and returns the sum of what they retired. Error: a trap.
  Result<exec::Retired> run();
  /// The same, by an interpreter that records into the trace.
  Result<exec::Retired> run(analysis::ExecutionTrace& trace);

  /// The compiler's output for sentron 0. For handwritten words, the output for the program's text.
  const compiler::Compiled& code() const;
  const isa::Program& program() const;

 private:
  struct State;
  explicit ProgramRun(std::unique_ptr<State> state);
  Result<exec::Retired> run(const std::vector<std::unique_ptr<exec::Engine>>& engines);
  static Result<ProgramRun> make(std::unique_ptr<State> state, std::vector<isa::Program> programs,
                                 engines::Runnable::By by);
  std::unique_ptr<State> state_;
};

/// The tensors of a program, filled like those of a ProgramRun, in which a reference runs.
class ReferenceRun {
 public:
  /// `shapes`: as ProgramRun::shapes.
  ReferenceRun(const kernels::CompiledProgram& program, const kernels::Parameters& parameters,
               const std::vector<compiler::ir::Tensor>& shapes);
  void fill(std::uint64_t seed);
  /// Runs one repetition.
  void run(kernels::ReferenceFunction reference) const;
  std::span<const std::span<std::byte>> tensors() const { return spans_; }

 private:
  const kernels::CompiledProgram& program_;
  kernels::Parameters parameters_;
  std::vector<std::int64_t> ordered_;
  std::vector<std::vector<std::byte>> bytes_;
  std::vector<std::span<std::byte>> spans_;
  std::vector<void*> pointers_;  ///< made once, so that a timed repetition does nothing but call the reference
};

/// Checks that the tensors equal the expected ones within the program's tolerance.
/// Error: the tensor and its element that differs most, both values, and the allowed difference.
Result<void> compare(const kernels::CompiledProgram& program, const kernels::Parameters& parameters,
                     const std::vector<compiler::ir::Tensor>& shapes, std::span<const std::span<std::byte>> got,
                     std::span<const std::span<std::byte>> wanted);

/// Fills the tensors, runs the program once, and compares the tensors with those of the reference, which runs once for
/// each repetition of the program.
/// Error: as ProgramRun::run and compare.
Result<void> check(const kernels::CompiledProgram& program, const kernels::Parameters& parameters, ProgramRun& run,
                   std::uint64_t seed, kernels::ReferenceFunction reference);

}  // namespace vtpu::study::programs
