// The network simulators against each other, theory and SimGrid.
#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {

TableDeclaration levels() {
  return {.name = "levels",
          .caption = "The same workloads at three levels of simulation, against theory",
          .wide = true,
          .appendix = true,
          .results = {"net-levels"},
          .table = "levels",
          .columns = {{"workload", "workload", 0.28},
                      {"torus", "torus"},
                      {"messages", "messages"},
                      {"closed_form", "theory (us)", 0.09},
                      {"flow", "flow (us)", 0.09},
                      {"packet", "packet (us)", 0.09},
                      {"flit_bound", "theory, one injection channel", 0.12},
                      {"flit", "flit (us)", 0.09}},
          .note =
              "Theory: bytes of the busiest channel over its bandwidth, plus the latencies of the longest chain. At "
              "flit level a chip has one injection channel."};
}

TableDeclaration simgrid() {
  return {.name = "simgrid",
          .caption = "The flow level against SimGrid",
          .wide = true,
          .appendix = true,
          .results = {"net-simgrid"},
          .table = "simgrid",
          .columns = {{"case", "workload"},
                      {"messages", "messages"},
                      {"simgrid", "SimGrid (ms)", 0.1},
                      {"same_ties", "ours, same ties (ms)", 0.12},
                      {"split_ties", "ours, ties split (ms)", 0.12},
                      {"simgrid_wall", "SimGrid, wall (s)", 0.11},
                      {"wall", "ours, wall (s)", 0.11},
                      {"speedup", "faster by (x)", 0.1}},
          .note = "Simulated times, and median wall time of one run in a process of its own."};
}

TableDeclaration network_speed() {
  return {.name = "network_speed",
          .caption = "Speed of the simulators on one thread of this host",
          .wide = true,
          .appendix = true,
          .results = {"net-speed"},
          .table = "speed",
          .columns = {{"level", "level"},
                      {"network", "network"},
                      {"what", "workload"},
                      {"speed", "million hops/s", 0.13},
                      {"low", "low", 0.09},
                      {"high", "high", 0.09},
                      {"memory", "peak memory (MiB)", 0.13}},
          .note = "Hops of flits or packets over links per second of wall time; medians with their 95 % intervals."};
}

TableDeclaration flow_times() {
  return {.name = "flow_times",
          .caption = "Wall time of all-to-alls at flow level on this host",
          .wide = true,
          .appendix = true,
          .results = {"net-speed"},
          .table = "flow_times",
          .columns = {{"network", "torus"},
                      {"what", "flows"},
                      {"flows", "number"},
                      {"time", "time (ms)", 0.12},
                      {"low", "low", 0.1},
                      {"high", "high", 0.1},
                      {"memory", "peak memory (MiB)", 0.13}},
          .note = "Construction of network and routing, and run together; medians with their 95 % intervals."};
}

TableDeclaration network_targets() {
  return {.name = "network_targets",
          .caption = "Design targets of the network simulators, and the values on this host",
          .wide = true,
          .appendix = true,
          .results = {"net-flit", "net-speed", "net-levels", "net-alltoall", "net-collectives", "net-simgrid",
                      "learned-states", "learned-packets"},
          .data = {kTargetsFile},
          .make = [](const TableInputs& inputs) { return print_targets(inputs, "network_targets"); },
          .note = kTargetsNote};
}

}  // namespace vtpu::artifact::tables
