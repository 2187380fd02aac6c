#pragma once
#include <memory>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/cluster/chip_run.h"
#include "vtpu/exec/engine.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/validator.h"

namespace vtpu::command {

/// `vtpu run --chips`.
struct ChipOptions {
  std::string sides;       ///< of a torus, or of the network of the file; empty: as the file says
  std::string network;     ///< a scenario of phextnet; empty: a torus
  std::string timeline;    ///< file to write
  double ns_per_word = 0;  ///< 0: the engine's turns are timed
  bool given() const { return !sides.empty() || !network.empty(); }
};

/// The chips of the network. Error: of the options, or of the network.
Result<unsigned> chip_count(const ChipOptions& options);

/// The machine is run to its end, and the run simulated on chips. `make` gives the further machines that are timed.
Result<cluster::ChipRun> run_on_chips(const ChipOptions& options, exec::Machine& machine,
                                      const isa::ValidProgram& program, const exec::Engine& engine,
                                      const cluster::MakeMachine& make);

}  // namespace vtpu::command
