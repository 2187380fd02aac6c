#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"
#include "vtpu/isa/program.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/ports/port_model.h"

namespace vtpu::study::programs {

/// What a run of a program asks of a core: how often its innermost loops go round, and what else there is.
struct RunBound {
  struct Part {
    ports::Loop loop;
    double iterations = 0;           ///< of the run
    double share = 0;                ///< of the run, that count's ops
    std::vector<isa::Cost> pattern;  ///< classes of the ops of an iteration that count, in order
    ports::Prediction prediction;    ///< of an iteration, by the port map
  };
  std::vector<Part> loops;  ///< that have at least kLeast of the run's ops, the most first
  double rest = 0;          ///< cycles of all else, by the port map's rates alone
  ports::Mix mix{};         ///< ops of the run by class
  double ops = 0;           ///< of the run
  double calls = 0;         ///< ops that are no host instructions but calls: probes, messages, regions, neighbours

  static constexpr double kLeast = 0.02;
};

/// Runs a program of one sentron by the interpreter, on the data of seed 1, and counts.
/// `words`: valid; made for these parameters. `tensors`: those it expects.
/// Error: memory; a trap.
Result<RunBound> bound_of_run(const kernels::CompiledProgram& kernel, const kernels::Parameters& parameters,
                              const isa::Program& words, const std::vector<compiler::ir::Tensor>& tensors,
                              const ports::PortMap& map);

}  // namespace vtpu::study::programs
