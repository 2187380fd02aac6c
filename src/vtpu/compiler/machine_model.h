#pragma once
#include <vector>

#include "vtpu/ports/port_model.h"

namespace vtpu::compiler {

/// One level of the memory hierarchy, as loads see it.
struct MemoryLevel {
  double bytes = 0;    ///< size; 0 for the last level
  double latency = 0;  ///< core cycles of a load served by this level
};

/// What the compiler knows about a host. `reference()` holds rounded values that this project measured on a Zen 5 host
/// (see data/reference and `vtpu bench --ports`). It is a constant, so that the same source compiles to the same words
/// everywhere.
struct MachineModel {
  ports::PortMap ports;
  std::vector<MemoryLevel> ladder;  ///< nearest level first

  static MachineModel reference();
};

}  // namespace vtpu::compiler
