#pragma once
#include "vtpu/compiler/ir/ir.h"
#include "vtpu/compiler/machine_model.h"
#include "vtpu/isa/opcode.h"

/// Estimates the cost of ops after selection, to choose between forms of a loop.
namespace vtpu::compiler::passes {

/// The cost class of the main instruction of an op; `none` if it becomes no instruction in a loop (constants).
isa::Cost cost_of(const ir::Module& module, const ir::Op& op);

/// Lower bound on the cycles of a list's ops by the port map. An access that crosses cache lines counts twice. Inner
/// loops are not included.
double cycles_of(const ir::Module& module, const std::vector<ir::Node>& body, const MachineModel& machine);

/// The level of memory, as an index into `machine.ladder`, that serves the loads of a nest that walks over all the
/// data.
std::size_t level_of_data(const ir::Module& module, const MachineModel& machine);
/// From this level on, bandwidth rather than latency and loop control decides the speed of such a nest.
inline constexpr std::size_t kFarLevel = 2;

/// Cycles from one partial value of a reduction to the next.
double latency_of_reduction(const ir::Module& module, const ir::Loop& loop, const ir::Loop::Carried& carried,
                            const MachineModel& machine);

/// Maximum number of vector values live at once in an innermost loop's body, including values from outside.
unsigned live_vectors(const ir::Module& module, const ir::Loop& loop);

}  // namespace vtpu::compiler::passes
