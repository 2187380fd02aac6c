#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"
#include "vtpu/isa/program.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/ports/port_model.h"

namespace vtpu::study::programs {

/// The work of a run of a program: the iterations of its innermost loops, and all other ops.
struct RunBound {
  struct Part {
    ports::Loop loop;
    double iterations = 0;           ///< in the run
    double entries = 0;              ///< times that the run comes to the loop from outside
    double share = 0;                ///< of the run's ops
    std::vector<isa::Cost> pattern;  ///< classes of the ops of an iteration, in order
    ports::Prediction prediction;    ///< of an iteration, by the port map
  };
  std::vector<Part> loops;  ///< those with at least kLeast of the run's ops, largest first
  double rest = 0;          ///< cycles of all other ops, by the port map's rates
  ports::Mix mix{};         ///< ops of the run by class
  double ops = 0;           ///< of the run
  double least = 0;         ///< cycles that no order of the run's ops undercuts
  std::string least_limit;  ///< what sets them: `dispatch`, a class of host instructions, or `recurrence`
  double calls = 0;         ///< ops that call the runtime: probes, messages, regions, neighbours

  static constexpr double kLeast = 0.02;
  /// More ops than the reorder window of any core holds. Entries of a loop can overlap by that much.
  static constexpr double kWindow = 512;
};

/// Runs a program of one sentron by the interpreter, on the data of seed 1, and counts its ops.
/// `words`: a valid program for these parameters. `tensors`: the tensors that it expects.
/// Error: no memory for the tensors; a trap.
Result<RunBound> bound_of_run(const kernels::CompiledProgram& kernel, const kernels::Parameters& parameters,
                              const isa::Program& words, const std::vector<compiler::ir::Tensor>& tensors,
                              const ports::PortMap& map);

}  // namespace vtpu::study::programs
