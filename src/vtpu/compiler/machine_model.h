#pragma once
#include <vector>

#include "vtpu/ports/port_model.h"

namespace vtpu::compiler {

/// One level of memory as loads see it.
struct MemoryLevel {
  double bytes = 0;    ///< its size; the last level's is 0
  double latency = 0;  ///< core cycles of a load that it serves
};

/// What the compiler knows of a host. `reference()` is the map that this project measured on one (Zen 5; see
/// data/reference and `vtpu bench --ports`), rounded, so that compiling gives the same words wherever it is done.
struct MachineModel {
  ports::PortMap ports;
  std::vector<MemoryLevel> ladder;  ///< from the nearest on

  static MachineModel reference();
};

}  // namespace vtpu::compiler
